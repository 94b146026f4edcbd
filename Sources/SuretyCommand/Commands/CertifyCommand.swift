import ArgumentParser
import CertificateFiles
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

  @OptionGroup var meaning: MeaningOption

  @Option(
    help: ArgumentHelp(
      "The part of the examples to certify: shard I of N, those whose place in the data leaves I - 1 when divided by N. "
        + "surety merge joins the folders of all shards.", valueName: "i/n"))
  var shard: String?

  @OptionGroup var files: FolderOptions
  @OptionGroup var preflight: PreflightOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try files.check()
    try meaning.require(!withoutProof, "contradicts --no-proof; expected one of the two")
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
    options.prover = withoutProof ? nil : loaded.prover(meaning)
    options.withoutProver = withoutProof ? "not asked for" : ModelArgument.Loaded.withoutProver
    try effort.resources.require(
      network.leastMemory(for: .crown, scalarSize: options.precision == .double ? 8 : 4))
    let data = try images.load()
    let shard = try shard(of: try images.examples(of: data))
    let examples = try shard?.own ?? images.examples(of: data)
    try checkScale(of: options.epsilon, options.norm, in: data, examples)
    let certifier = try Certifier(
      network, modelDigest: loaded.digest, images: data, options: options)
    var folder = try CertificationFolder(out, model: model.model)
    folder.command = CommandLine.arguments
    folder.shard = shard
    if files.restart { folder.clear() }
    preflight.run(certifier, of: network, printing, line)
    try certify(certifier, examples, into: folder, line, json: printing.json)
  }

  /// The shard of some examples that was asked for; nil for all of them.
  private func shard(of examples: [Int]) throws(InputError) -> Shard? {
    guard let shard else { return nil }
    let parts = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard parts.count == 2, parts[1] >= 1, (1...parts[1]).contains(parts[0]) else {
      throw InputError(
        "--shard", "'\(shard)' is no shard, expected one such as 2/4, from 1/4 to 4/4")
    }
    let own = Shard(parts[0], of: parts[1], examples)
    guard !own.own.isEmpty else {
      throw InputError("--shard", "shard \(shard) of \(examples.count) examples holds none")
    }
    return own
  }
}

/// Runs certification with progress on a terminal, and prints the totals.
func certify(
  _ certifier: Certifier, _ examples: [Int], into folder: CertificationFolder,
  _ line: ProgressLine, json: Bool, checks: Bool = false
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
  if checks {
    let found = try CheckRun(model: folder.model, printing: .nothing).check(folder.logPath)
    guard found.rejected == 0 else {
      Console.error(
        "surety: the checker rejected \(found.rejected) of \(found.accepted + found.rejected) certificates"
      )
      throw Exit.Code(exit: .unanswered)
    }
    if !json { print("the checker accepted \(found.accepted) certificates and rejected none\n") }
  }
  if json { try Console.json(summary) } else { print(summary.text(in: folder.path)) }
  if summary.partial != nil {
    sayStopped(summary.partial)
    throw Exit.Code(exit: .interrupted)
  }
}
