import ArgumentParser
import Foundation
import Surety

/// `surety evaluate`: what the network outputs.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Run the network on inputs from a JSON file, or on a recorded counterexample.",
    discussion: """
      With --record and --example a counterexample is run again: the line of certificates.jsonl, attack.jsonl or \
      radius.jsonl says by which normalisation, and the output is compared with the recorded one.
      """)

  @OptionGroup var model: ModelArgument

  @Option(
    help: "A JSON file with one flat array of numbers or an array of such arrays, or a .npy file.",
    completion: .file(extensions: ["json", "npy"]))
  var input: String?

  @Option(
    help: "A file of records whose counterexample is run again.",
    completion: .file(extensions: ["jsonl"]))
  var record: String?

  @Option(help: "The place of the example in the data, as the record counts it.")
  var example: Int?

  @OptionGroup var normal: NormalizationOptions

  @Option(
    help:
      "float, double, or auto, which is that of the model's numbers, and double where a record is run again."
  )
  var precision = PrecisionName.auto

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print one JSON object; it is the only output format.")
  var json = false

  @Flag(help: "Print the result only; there is nothing else.")
  var quiet = false

  private struct Report: Encodable {
    var outputs: [[Double]]
  }

  /// A counterexample that was run again.
  private struct Replay: Encodable {
    var example: Int
    var label: Int
    var prediction: Int
    /// What the one output of the network is compared with; the outputs are the threshold and the output then.
    var threshold: Double?
    var outputs: [[Double]]
    var recorded: [Double]
    /// The largest difference from the recorded output.
    var difference: Double
    /// Whether the answer is wrong again and the output is the recorded one, up to rounding.
    var agrees: Bool
  }

  func run() throws {
    try threads.apply()
    switch (input, record) {
    case (let input?, nil):
      guard example == nil else {
        throw InputError("--example", "names a line of a record, expected --record as well")
      }
      try evaluate(input)
    case (nil, let record?): try replay(record)
    case (nil, nil):
      throw InputError("--input", "is missing; expected --input FILE, or --record FILE --example N")
    case (_?, _?): throw InputError("--record", "contradicts --input; expected one of the two")
    }
  }

  private func evaluate(_ input: String) throws {
    var network = try model.load()
    let precision = precision.precision(for: network)
    let inputs = try InputValues.batch(input, count: network.inputShape.count)
    for (index, values) in inputs.enumerated() {
      try network.check(
        inputCount: values.count, source: inputs.count > 1 ? "\(input): array \(index)" : input)
    }
    if normal.isGiven { network = try network.readingPixels(normal.normalization()) }
    try Console.json(Report(outputs: network.outputs(for: inputs, precision: precision)))
  }

  private func replay(_ record: String) throws {
    guard let example else {
      throw InputError("--example", "is missing; expected the place of an example in the data")
    }
    guard !normal.isGiven else {
      throw InputError("--mean", "contradicts --record, which says how its input is normalised")
    }
    let precision = precision.precision ?? .double
    let loaded = try model.read()
    let network = loaded.network
    let found = try RecordedCounterexample(of: example, in: record)
    guard found.modelDigest == loaded.digest else {
      throw InputError(
        model.model,
        "is not the model of the record (SHA-256 \(found.modelDigest.prefix(12))...)")
    }
    let point = found.counterexample
    try network.check(inputCount: point.input.count, source: record)
    let expected = point.output.count - (found.threshold == nil ? 0 : 1)
    guard network.outputShape.count == expected else {
      throw InputError(
        record,
        "is of a network of \(expected) output\(expected == 1 ? "" : "s"), this one gives "
          + "\(network.outputShape.count)")
    }
    let normalization = try Normalization(
      mean: found.region.mean.map(Float.init), std: found.region.std.map(Float.init))
    // Class 1 of a single output is the larger one where the output is above the threshold.
    let output =
      [found.threshold].compactMap { $0 }
      + (try network.readingPixels(normalization)
        .outputs(for: [point.input], precision: precision)[0])
    let difference = zip(output, point.output).map { abs($0 - $1) }.max() ?? 0
    let scale = point.output.map(abs).max() ?? 0
    let prediction = output.indices.max { output[$0] < output[$1] } ?? 0
    // Another answer than the label, and an output that is the recorded one up to the rounding of floats.
    let agrees = prediction != found.label && difference <= 1e-4 * max(1, scale)
    try Console.json(
      Replay(
        example: example, label: found.label, prediction: prediction,
        threshold: found.threshold, outputs: [output], recorded: point.output,
        difference: difference, agrees: agrees))
    guard agrees else { throw Exit.Code(exit: .unanswered) }
  }
}
