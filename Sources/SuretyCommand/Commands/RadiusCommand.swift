import ArgumentParser
import Foundation
import Surety

/// `surety radius`: finds how far the answers for the images of a data set hold.
struct RadiusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "radius",
    abstract:
      "Find the largest certified radius of each image, and the smallest with a counterexample.",
    discussion: """
      --eps is the largest radius to ask about. With --out, radius.jsonl, summary.json and report.html are written to \
      the folder; if the run is stopped, the same command continues where it stopped, with --resume or without.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var images: ImageOptions
  @OptionGroup var region: RegionOptions

  @OptionGroup var effort: EffortOptions

  @Option(help: "How close the radii are brought, as a part of the radius.")
  var tolerance = 0.01

  @Option(
    help: "The folder for the results; without it they are only printed.", completion: .directory)
  var out: String?

  @OptionGroup var files: FolderOptions
  @OptionGroup var preflight: PreflightOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try files.check(out)
    var options = try effort.certifierOptions(region, images)
    guard options.epsilon > 0 else {
      throw InputError("--eps", "\(options.epsilon) is not above 0")
    }
    guard tolerance > 0, tolerance < 1 else {
      throw InputError("--tolerance", "\(tolerance) is not a part, expected one between 0 and 1")
    }
    let line = ProgressLine("radius", "images", isQuiet: printing.quiet)
    options.onStage = { line.stage($0) }
    let loaded = try model.read()
    let network = loaded.network
    options.precision = effort.precision.precision(for: network)
    let data = try images.load()
    let examples = try images.examples(of: data)
    try checkScale(of: options.epsilon, options.norm, in: data, examples)
    let certifier = try Certifier(
      network, modelDigest: loaded.digest, images: data, options: options)
    let folder = try files.folder(out, log: "radius.jsonl")
    preflight.run(certifier, of: network, printing, line)
    var search = RadiusSearch(certifier)
    (search.largest, search.tolerance, search.timeout) = (
      options.epsilon, tolerance, options.timeout
    )
    var run = try RadiusRun(search, in: folder, model: model.model)
    let interruption = Interruption(leave: { [ending = run.ending, out] in
      try? ending.writeInHaste()
      FolderOptions.cutShort("a question", out)
    })
    let outcome = try run.run(
      on: examples, isStopped: interruption.check, concluding: interruption.conclude
    ) { progress in
      line.update(done: progress.done, of: progress.requested)
      let certified = progress.radii.compactMap(\.certified)
      guard !certified.isEmpty else { return }
      line.details([
        "mean certified radius "
          + Console.short(certified.reduce(0, +) / Double(certified.count))
      ])
    }
    line.end()
    if printing.json {
      try Console.json(Report(summary: outcome.summary, examples: outcome.radii))
    } else {
      print(Self.text(outcome) + files.report(in: out))
    }
    if outcome.summary.count < examples.count {
      try files.stopped(outcome.summary.count, examples.count, out)
    }
  }

  /// What is printed as JSON: the totals, and every example.
  private struct Report: Encodable {
    var summary: RadiusSummary
    var examples: [ExampleRadius]

    enum CodingKeys: CodingKey {
      case examples
    }

    func encode(to encoder: any Encoder) throws {
      try summary.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(examples, forKey: .examples)
    }
  }

  private static func text(_ outcome: RadiusRun.Outcome) -> String {
    func cell(_ value: Double?) -> String { value.map(Console.short) ?? "-" }
    let summary = outcome.summary
    let rows = outcome.radii.map { radius in
      [
        "\(radius.example)", "\(radius.label)",
        radius.certified.map(Console.short)
          ?? (radius.problem == nil ? "misclassified" : "error"), radius.method ?? "-",
        cell(radius.violated), cell(radius.gap), String(format: "%.2f", radius.seconds),
      ]
    }
    let heads = ["example", "label", "certified", "method", "counterexample", "gap", "seconds"]
    let right = summary.count - summary.misclassified - summary.errors
    return """
      \(Console.table([heads] + rows))

      \(curve(summary.curve))

      \(summary.count) examples of \(summary.run.data), l\(summary.run.region.norm), \
      \(right) of them right without change: mean certified radius \(cell(summary.meanCertified)), median \
      \(cell(summary.medianCertified)), mean gap \(cell(summary.meanGap)) where a counterexample was found \
      (\(summary.violated))\(Console.unusable(summary.errors))
      """
  }

  /// The accuracies against the radius, in columns.
  private static func curve(_ curve: AccuracyCurve) -> String {
    func percent(_ part: Double) -> String { String(format: "%.2f %%", 100 * part) }
    return Console.table(
      [["radius", "certified accuracy", "attack accuracy"]]
        + curve.points.map {
          [
            Console.short($0.epsilon), percent($0.certifiedAccuracy), percent($0.attackAccuracy),
          ]
        })
  }
}
