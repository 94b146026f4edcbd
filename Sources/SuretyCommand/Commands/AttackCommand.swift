import ArgumentParser
import Foundation
import Surety

/// `surety attack`: searches for counterexamples only.
struct AttackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attack", abstract: "Search for counterexamples around the images of a data set.",
    discussion: """
      With --out, attack.jsonl, summary.json and report.html are written to the folder; if the run is stopped, the \
      same command continues where it stopped, with --resume or without.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var images: ImageOptions
  @OptionGroup var region: RegionOptions

  @Option(
    name: [.customLong("attack-steps"), .customLong("steps")], help: "The steps of each descent.")
  var steps = 100

  @Option(
    name: [.customLong("attack-restarts"), .customLong("restarts")],
    help: "The descents from different starts for each other class.")
  var restarts = 4

  @Option(help: "Where the random numbers start.")
  var seed: UInt64 = 0

  @Option(
    help:
      "The arithmetic of clean answers: float, double, or auto, which is that of the model's numbers."
  )
  var precision = PrecisionName.auto

  @OptionGroup var time: TimeOptions
  @OptionGroup var resources: ResourceOptions

  @Option(
    help: "The folder for the results; without it they are only printed.", completion: .directory)
  var out: String?

  @OptionGroup var files: FolderOptions
  @OptionGroup var preflight: PreflightOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try files.check(out)
    let line = ProgressLine("attack", "images", isQuiet: printing.quiet)
    var options = try certifierOptions()
    options.onStage = { line.stage($0) }
    let loaded = try model.read()
    let network = loaded.network
    options.precision = precision.precision(for: network)
    let data = try images.load()
    let examples = try images.examples(of: data)
    try checkScale(of: options.epsilon, options.norm, in: data, examples)
    let certifier = try Certifier(
      network, modelDigest: loaded.digest, images: data, options: options)
    let run = try AttackRun(
      certifier, in: files.folder(out, log: "attack.jsonl"), model: model.model)
    preflight.run(certifier, of: network, printing, line)
    let interruption = Interruption(leave: { [ending = run.ending, out] in
      try? ending.writeInHaste()
      FolderOptions.cutShort("a batch", out)
    })
    let outcome = try run.run(
      on: examples, isStopped: interruption.check, concluding: interruption.conclude
    ) {
      line.update(done: $0.done, of: $0.requested, $0.verdicts)
    }
    line.end()
    if printing.json {
      try Console.json(Report(outcome))
    } else {
      print(Self.text(outcome) + files.report(in: out))
    }
    if outcome.summary.count < examples.count {
      try files.stopped(outcome.summary.count, examples.count, out)
    }
  }

  private func certifierOptions() throws -> CertifierOptions {
    var options = CertifierOptions(epsilon: try region.epsilon())
    options.norm = region.norm
    options.normalization = try images.normalization()
    options.threshold = images.threshold
    options.methods = []
    options.timeout = try time.limit()
    options.memory = try resources.apply()
    options.seed = seed
    // One after another: what is done when the run is stopped is what comes first in the data.
    options.batch = 1
    try options.setAttack(steps: steps, restarts: restarts, least: 1)
    return options
  }

  /// What is printed as JSON: the totals, and every counterexample.
  private struct Report: Encodable {
    struct Found: Encodable {
      var example: Int
      var label: Int
      var input: [Double]
      var output: [Double]
    }

    var summary: AttackSummary
    var counterexamples: [Found]

    enum CodingKeys: CodingKey {
      case counterexamples
    }

    init(_ outcome: AttackRun.Outcome) {
      summary = outcome.summary
      counterexamples = outcome.lines.compactMap { line in
        line.result.counterexample.map {
          Found(
            example: line.result.example, label: line.result.label, input: $0.input,
            output: $0.output)
        }
      }
    }

    func encode(to encoder: any Encoder) throws {
      try summary.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(counterexamples, forKey: .counterexamples)
    }
  }

  private static func text(_ outcome: AttackRun.Outcome) -> String {
    let summary = outcome.summary
    let found = outcome.lines.compactMap { line -> String? in
      guard let output = line.result.counterexample?.output else { return nil }
      let prediction = output.indices.max { output[$0] < output[$1] } ?? 0
      return "example \(line.result.example): \(line.result.label) becomes \(prediction)"
    }
    return
      (found + [
        "\(summary.count) examples of \(summary.data), l\(summary.norm) radius \(Console.short(summary.epsilon)): "
          + String(
            format: "clean accuracy %.2f %%, attack accuracy %.2f %%, %d attacked, %.1f s",
            100 * summary.cleanAccuracy, 100 * summary.attackAccuracy, summary.attacked,
            summary.seconds) + Console.unusable(summary.errors ?? 0)
      ]).joined(separator: "\n")
  }
}
