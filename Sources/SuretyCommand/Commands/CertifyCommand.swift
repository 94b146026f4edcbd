import ArgumentParser
import Foundation
import Surety

/// `surety certify`: decides the examples of a data set.
struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify", abstract: "Certify the images of a data set.",
    discussion: """
      Each image is decided by the first step that can: the network's own answer, ibp, crown-ibp, a short attack, crown, \
      the attack, alpha-crown, and bab or milp where asked for. Results are written to --out as they are there: \
      certificates.jsonl, then summary.json and report.html. If it is stopped, the same command continues where it \
      stopped, with --resume or without.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var images: ImageOptions
  @OptionGroup var region: RegionOptions

  @OptionGroup var effort: EffortOptions

  @Option(help: "How many examples are bounded at a time.")
  var batch = 16

  @Option(help: "The folder for the results.", completion: .directory)
  var out: String

  @Flag(
    name: .customLong("no-proof"),
    help: "Write no certificates, which take time and room; results then say what bounds said.")
  var withoutProof = false

  @OptionGroup var files: FolderOptions
  @OptionGroup var preflight: PreflightOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try files.check()
    var options = try effort.certifierOptions(region, images)
    guard batch >= 1 else {
      throw InputError("--batch", "\(batch) is not a number of examples, expected 1 or more")
    }
    options.batch = batch
    let line = ProgressLine("certify", "images", isQuiet: printing.quiet)
    options.onStage = { line.stage($0) }
    let loaded = try model.read()
    let network = loaded.network
    options.precision = effort.precision.precision(for: network)
    options.epsilonText = region.eps
    if !withoutProof, loaded.isWholeFile { options.prover = Prover(network, of: loaded.file) }
    try effort.resources.require(
      network.leastMemory(for: .crown, scalarSize: options.precision == .double ? 8 : 4))
    let data = try images.load()
    let examples = try images.examples(of: data)
    try checkScale(of: options.epsilon, options.norm, in: data, examples)
    let certifier = try Certifier(
      network, modelDigest: loaded.digest, images: data, options: options)
    var folder = try CertificationFolder(out, model: model.model)
    folder.command = CommandLine.arguments
    if files.restart { folder.clear() }
    preflight.run(certifier, of: network, printing, line)
    try certify(certifier, examples, into: folder, line, json: printing.json)
  }
}

/// Runs certification with progress on a terminal, and prints the totals.
func certify(
  _ certifier: Certifier, _ examples: [Int], into folder: CertificationFolder,
  _ line: ProgressLine, json: Bool, checkedBy prover: Prover? = nil
) throws {
  @Sendable func sayStopped(_ partial: PartialRun?) {
    let done = partial.map { " after \($0.decided) of \(examples.count) examples" } ?? ""
    Console.error("surety: stopped\(done); the same command continues")
  }
  let interruption = Interruption(leave: { sayStopped((try? folder.writeTotals())?.partial) })
  let summary = try folder.run(
    certifier, on: examples, isStopped: interruption.check,
    concluding: interruption.conclude,
    progress: { line.update(done: $0.done, of: $0.requested, $0.verdicts) })
  line.end()
  // Before anything is said of the results, where that was asked for.
  if let prover {
    let (accepted, rejected) = try prover.check(folder.logPath)
    guard rejected == 0 else {
      Console.error(
        "surety: the checker rejected \(rejected) of \(accepted + rejected) certificates")
      throw Exit.Code(exit: .unanswered)
    }
    if !json { print("the checker accepted \(accepted) certificates and rejected none\n") }
  }
  if json { try Console.json(summary) } else { print(summary.text(folder)) }
  if summary.partial != nil {
    sayStopped(summary.partial)
    throw Exit.Code(exit: .interrupted)
  }
}
