import ArgumentParser
import Surety

/// `surety evaluate`: what the network outputs.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Run the network on inputs from a JSON file.")

  @OptionGroup var model: ModelArgument

  @Option(
    help: "A JSON file with one flat array of numbers or an array of such arrays, or a .npy file.")
  var input: String

  @Option(help: "float, double, or auto, which is that of the model's numbers.")
  var precision = PrecisionName.auto

  @Flag(help: "Print one JSON object; it is the only output format.")
  var json = false

  private struct Report: Encodable {
    var outputs: [[Double]]
  }

  func run() throws {
    let network = try model.load()
    let precision = try precision.precision(for: network)
    let inputs = try InputValues.batch(input, count: network.inputShape.count)
    for (index, values) in inputs.enumerated() {
      try network.check(
        inputCount: values.count, source: inputs.count > 1 ? "\(input): array \(index)" : input)
    }
    try Console.json(Report(outputs: network.outputs(for: inputs, precision: precision)))
  }
}
