import ArgumentParser
import Foundation
import Surety

/// `surety radius`: finds how far the answers for the images of a data set hold.
struct RadiusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "radius",
    abstract:
      "Find the largest certified radius of each image, and the smallest with a counterexample.",
    discussion: "--eps is the largest radius to ask about.")

  @OptionGroup var model: ModelArgument
  @OptionGroup var images: ImageOptions

  @OptionGroup var effort: EffortOptions

  @Option(help: "How close the radii are brought, as a part of the radius.")
  var tolerance = 0.01

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let largest = try images.epsilon()
    guard largest > 0 else { throw InputError("--eps", "\(largest) is not above 0") }
    guard tolerance > 0, tolerance < 1 else {
      throw InputError("--tolerance", "\(tolerance) is not a part, expected one between 0 and 1")
    }
    var options = try effort.certifierOptions(epsilon: largest, images)
    let loaded = try model.read()
    let network = loaded.network
    options.precision = try effort.precision.precision(for: network)
    let data = try images.load()
    let examples = try images.examples(of: data)
    var search = RadiusSearch(
      try Certifier(network, modelDigest: loaded.digest, images: data, options: options))
    (search.largest, search.tolerance, search.timeout) = (largest, tolerance, options.timeout)
    let interruption = Interruption(finishing: "this question")
    let line = ProgressLine()
    var found: [ExampleRadius] = []
    for example in examples where !interruption.wasRequested {
      let radius = try search.radius(of: example, isStopped: interruption.check)
      if interruption.wasRequested { break }
      found.append(radius)
      line.show("\(found.count) of \(examples.count) examples")
    }
    line.clear()
    let report = RadiusReport(
      modelDigest: loaded.digest, data: "\(data.name):\(data.split.rawValue)",
      norm: images.norm.rawValue, count: found.count, examples: found)
    if json { try Console.json(report) } else { print(report.text) }
    if interruption.wasRequested { throw Exit.Code(exit: .interrupted) }
  }
}

/// The result of `surety radius`.
private struct RadiusReport: Encodable {
  var modelDigest: String
  var data: String
  var norm: String
  var count: Int
  var examples: [ExampleRadius]

  enum CodingKeys: String, CodingKey {
    case data, norm, count, examples
    case modelDigest = "model_sha256"
  }

  var text: String {
    func cell(_ value: Double?) -> String { value.map(Console.short) ?? "-" }
    let rows = examples.map { radius in
      [
        "\(radius.example)", "\(radius.label)", cell(radius.certified), radius.method ?? "-",
        cell(radius.violated), cell(radius.gap), String(format: "%.2f", radius.seconds),
      ]
    }
    let heads = ["example", "label", "certified", "method", "violated", "gap", "seconds"]
    let total = Double(max(1, examples.count))
    let gaps = examples.compactMap(\.gap)
    let mean = examples.reduce(0) { $0 + $1.certified } / total
    let meanGap = gaps.isEmpty ? nil : gaps.reduce(0, +) / Double(gaps.count)
    return """
      \(Console.table([heads] + rows))

      \(count) examples of \(data), l\(norm): mean certified radius \(Console.short(mean)), mean gap \
      \(cell(meanGap)) where a counterexample was found (\(gaps.count))
      """
  }
}
