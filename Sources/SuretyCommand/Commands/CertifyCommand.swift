import ArgumentParser
import Foundation
import Surety

/// `surety certify`: decides the examples of a data set.
struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify", abstract: "Certify the images of a data set.",
    discussion: """
      Writes summary.json, certificates.jsonl and report.html to --out. If it is stopped, the same \
      command continues where it stopped, with --resume or without.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var images: ImageOptions
  @OptionGroup var region: RegionOptions

  @OptionGroup var effort: EffortOptions

  @Option(help: "How many examples are bounded at a time.")
  var batch = 16

  @Option(help: "The folder for the results.", completion: .directory)
  var out: String

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
    options.precision = try effort.precision.precision(for: network)
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
  _ line: ProgressLine, json: Bool
) throws {
  let interruption = Interruption(leave: {
    try? folder.writeTotals()
    Console.error("surety: stopped in the middle of a batch; the same command continues")
  })
  let summary = try folder.run(
    certifier, on: examples, isStopped: interruption.check,
    concluding: interruption.conclude,
    progress: { line.update(done: $0.done, of: $0.requested, $0.verdicts) })
  line.end()
  if json { try Console.json(summary) } else { print(text(summary, folder)) }
  if summary.count < examples.count {
    Console.error(
      "surety: stopped after \(summary.count) of \(examples.count) examples; "
        + "the same command continues")
    throw Exit.Code(exit: .interrupted)
  }
}

/// What the totals depend on beyond the usual, each on a line.
private func notes(_ summary: Summary) -> String {
  var notes = ""
  if let threshold = summary.threshold {
    notes += "\nclass 1 where the one output is above \(Console.short(threshold)), else class 0"
  }
  if let errors = summary.verdicts[ExampleVerdict.error.rawValue], errors > 0 {
    notes += "\n\(errors) cannot be used (verdict error, with the reason in certificates.jsonl)"
  }
  return notes
}

/// The totals of a run as a person reads them.
private func text(_ summary: Summary, _ folder: CertificationFolder) -> String {
  func percent(_ part: Double) -> String { String(format: "%.2f %%", 100 * part) }
  let methods = (summary.cascade ?? summary.methods.keys.sorted()).compactMap { name in
    summary.methods[name].map { [name, "\($0.decided)", String(format: "%.2f", $0.seconds)] }
  }
  return """
    \(summary.count) examples of \(summary.data), l\(summary.norm) radius \
    \(Console.short(summary.epsilon)), \(summary.arithmetic)\(notes(summary))
    clean accuracy      \(percent(summary.cleanAccuracy))
    attack accuracy     \(percent(summary.attackAccuracy))
    certified accuracy  \(percent(summary.certifiedAccuracy))

    \(Console.table([["method", "decided", "seconds"]] + methods))

    The report: \(folder.reportPath)
    """
}
