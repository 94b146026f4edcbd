import ArgumentParser
import Foundation
import Surety

/// `surety info`: what is in a network.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show inputs, outputs, operations and what each analysis supports.")

  @OptionGroup var model: ModelArgument

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print the result only; there is nothing else.")
  var quiet = false

  func run() throws {
    let report = ModelReport(try model.read())
    if json { try Console.json(report) } else { print(report.text) }
  }
}

/// The result of `surety info`.
private struct ModelReport: Encodable {
  struct Port: Encodable {
    var name: String
    var shape: [Int]
  }
  /// An input or output as the file states it.
  struct Stated: Encodable {
    var name: String
    /// The extents, symbols by their names; left out where the file states none.
    var shape: [String]?
    var type: String

    init(_ port: ModelFile.Port) {
      name = port.name
      shape = port.extents
      type = port.type
    }

    var text: String { "\(name) \(shape?.joined(separator: "x") ?? "of unknown shape") \(type)" }
  }
  struct Count: Encodable {
    var operation: String
    var count: Int
  }

  var model: String
  var modelDigest: String
  var input: Port
  var output: Port
  /// All inputs of the file without a value in it.
  var inputs: [Stated]
  /// All outputs of the file.
  var outputs: [Stated]
  /// The files beside the model that hold its weights.
  var data: [String]
  var parameters: Int
  var operations: [Count]
  /// How many tokens each choice of tokens keeps; nil where there is none.
  var routing: [Network.Routing]?
  var analyses: [AnalysisSupport]

  enum CodingKeys: String, CodingKey {
    case model, input, output, inputs, outputs, data, parameters, operations, routing, analyses
    case modelDigest = "model_sha256"
  }

  init(_ loaded: ModelArgument.Loaded) {
    let network = loaded.network
    model = loaded.file.path
    modelDigest = loaded.digest
    inputs = loaded.file.inputs.map(Stated.init)
    outputs = loaded.file.outputs.map(Stated.init)
    data = loaded.file.parts.map(\.location)
    input = Port(name: network.inputName, shape: network.inputShape.dimensions)
    output = Port(name: network.outputName, shape: network.outputShape.dimensions)
    parameters = network.parameterCount
    let names = network.nodes.compactMap { $0.operation?.name }
    operations = Set(names).sorted().map { name in
      Count(operation: name, count: names.count { $0 == name })
    }
    routing = network.routings.isEmpty ? nil : network.routings
    analyses = network.support
  }

  var text: String {
    func shape(_ port: Port) -> String { port.shape.map(String.init).joined(separator: "x") }
    var lines = [
      "model       \(model)", "sha256      \(modelDigest)",
      "input       \(input.name) \(shape(input))", "output      \(output.name) \(shape(output))",
      "parameters  \(parameters)",
    ]
    if inputs.count > 1 { lines += inputs.map { "in the file  input \($0.text)" } }
    if outputs.count > 1 { lines += outputs.map { "in the file  output \($0.text)" } }
    if !data.isEmpty { lines.append("weights in  \(data.joined(separator: ", "))") }
    lines += [
      "operations  \(operations.map { "\($0.count) \($0.operation)" }.joined(separator: ", "))"
    ]
    for choice in routing ?? [] {
      lines.append("routing     \(choice.node) keeps \(choice.kept) of \(choice.tokens) tokens")
    }
    for analysis in analyses {
      let name = analysis.method.padding(toLength: 11, withPad: " ", startingAt: 0)
      let gaps = analysis.missing.map { "\($0.operation) (node \($0.node))" }
      lines.append(
        gaps.isEmpty
          ? "\(name) supported" : "\(name) has no rule for \(gaps.joined(separator: ", "))")
    }
    return lines.joined(separator: "\n")
  }
}
