import ArgumentParser
import Foundation
import Surety

/// `surety certify`: decides the examples of a data set.
struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify", abstract: "Certify the images of a data set.",
    discussion: """
      Writes summary.json, certificates.jsonl and report.html to --out. If it is stopped, the same \
      command continues where it stopped.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var images: ImageOptions

  @OptionGroup var effort: EffortOptions

  @Option(help: "How many examples are bounded at a time.")
  var batch = 16

  @Option(help: "The folder for the results.")
  var out: String

  @Flag(help: "Remove results that are in the folder.")
  var restart = false

  @Flag(help: "Print the summary as one JSON object.")
  var json = false

  func run() throws {
    var options = try effort.certifierOptions(epsilon: try images.epsilon(), images)
    guard batch >= 1 else {
      throw InputError("--batch", "\(batch) is not a number of examples, expected 1 or more")
    }
    options.batch = batch
    let loaded = try model.read()
    let network = loaded.network
    options.precision = try effort.precision.precision(for: network)
    let data = try images.load()
    let certifier = try Certifier(
      network, modelDigest: loaded.digest, images: data, options: options)
    let folder = try CertificationFolder(out, model: model.model)
    if restart { folder.clear() }
    try certify(certifier, images.examples(of: data), into: folder, json: json)
  }
}

/// Runs certification with progress on a terminal, and prints the totals.
func certify(
  _ certifier: Certifier, _ examples: [Int], into folder: CertificationFolder, json: Bool
) throws {
  let interruption = Interruption()
  let line = ProgressLine()
  let summary = try folder.run(
    certifier, on: examples, isStopped: interruption.check,
    progress: { progress in
      let verdicts = progress.verdicts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      line.show(
        "\(progress.done) of \(progress.requested) examples: "
          + verdicts.joined(separator: ", "))
    })
  line.clear()
  if json { try Console.json(summary) } else { print(text(summary, folder)) }
  if summary.count < examples.count {
    Console.error(
      "surety: stopped after \(summary.count) of \(examples.count) examples; "
        + "the same command continues")
    throw Exit.Code(exit: .interrupted)
  }
}

/// The totals of a run as a person reads them.
private func text(_ summary: Summary, _ folder: CertificationFolder) -> String {
  func percent(_ part: Double) -> String { String(format: "%.2f %%", 100 * part) }
  let methods = summary.methods.sorted { $0.value.seconds < $1.value.seconds }.map {
    [$0.key, "\($0.value.decided)", String(format: "%.2f", $0.value.seconds)]
  }
  return """
    \(summary.count) examples of \(summary.data), l\(summary.norm) radius \
    \(Console.short(summary.epsilon)), \(summary.arithmetic)
    right without change   \(percent(summary.cleanAccuracy))
    no violation found     \(percent(summary.attackAccuracy))
    certified              \(percent(summary.certifiedAccuracy))

    \(Console.table([["method", "decided", "seconds"]] + methods))

    The report: \(folder.reportPath)
    """
}
