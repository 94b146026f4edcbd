import ArgumentParser
import Foundation
import Surety

/// `surety attack`: searches for counterexamples only.
struct AttackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attack", abstract: "Search for counterexamples around the images of a data set.")

  @OptionGroup var model: ModelArgument
  @OptionGroup var images: ImageOptions

  @Option(help: "The steps of each descent.")
  var steps = 100

  @Option(help: "The descents from different starts for each other class.")
  var restarts = 4

  @Option(help: "Where the random numbers start.")
  var seed: UInt64 = 0

  @OptionGroup var resources: ResourceOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard steps >= 1 else {
      throw InputError("--steps", "\(steps) is not a number of steps, expected 1 or more")
    }
    guard restarts >= 1 else {
      throw InputError("--restarts", "\(restarts) is not a number of descents, expected 1 or more")
    }
    var options = CertifierOptions(epsilon: try images.epsilon())
    options.norm = images.norm
    options.normalization = try images.normalization()
    options.methods = []
    options.memory = try resources.apply()
    options.seed = seed
    options.batch = 64
    options.attackSteps = steps
    options.attackRestarts = restarts
    let loaded = try model.read()
    let network = loaded.network
    options.precision = try PrecisionName.auto.precision(for: network)
    let data = try images.load()
    let examples = try images.examples(of: data)
    let certifier = try Certifier(
      network, modelDigest: loaded.digest, images: data, options: options)
    let start = Date()
    let line = ProgressLine()
    var results: [ResultLine] = []
    try certifier.certify(examples) { (result) throws(InputError) in
      results.append(result)
      line.show("\(results.count) of \(examples.count) examples")
    }
    line.clear()
    let report = AttackReport(
      results, certifier.run, seconds: Date().timeIntervalSince(start))
    if json { try Console.json(report) } else { print(report.text) }
  }
}

/// The result of `surety attack`.
private struct AttackReport: Encodable {
  struct Found: Encodable {
    var example: Int
    var label: Int
    var input: [Double]
    var output: [Double]
  }

  var modelDigest: String
  var data: String
  var count: Int
  var epsilon: Double
  var norm: String
  var cleanAccuracy: Double
  var attackAccuracy: Double
  var seconds: Double
  var counterexamples: [Found]

  enum CodingKeys: String, CodingKey {
    case data, count, epsilon, norm, seconds, counterexamples
    case modelDigest = "model_sha256"
    case cleanAccuracy = "clean_accuracy"
    case attackAccuracy = "attack_accuracy"
  }

  init(_ results: [ResultLine], _ run: RunRecord, seconds: Double) {
    modelDigest = run.modelDigest
    data = run.data
    count = results.count
    epsilon = run.region.epsilon
    norm = run.region.norm
    let total = Double(max(1, results.count))
    cleanAccuracy = Double(results.count { $0.prediction == $0.label }) / total
    attackAccuracy =
      Double(results.count { $0.prediction == $0.label && $0.verdict != .violated }) / total
    self.seconds = seconds
    counterexamples = results.compactMap { line in
      line.counterexample.map {
        Found(example: line.example, label: line.label, input: $0.input, output: $0.output)
      }
    }
  }

  var text: String {
    let found = counterexamples.map { found in
      let prediction = found.output.indices.max { found.output[$0] < found.output[$1] } ?? 0
      return "example \(found.example): \(found.label) becomes \(prediction)"
    }
    return
      (found + [
        "\(count) examples of \(data), l\(norm) radius \(Console.short(epsilon)): "
          + String(
            format: "%.2f %% right without change, %.2f %% under attack, %.1f s",
            100 * cleanAccuracy, 100 * attackAccuracy, seconds)
      ]).joined(separator: "\n")
  }
}
