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

  func run() throws {
    let file = try readFile(model.model)
    let network = try Network(parsingONNX: file, source: model.model)
    let report = ModelReport(network, path: model.model, sha256: sha256(of: file))
    if json { try Console.json(report) } else { print(report.text) }
  }
}

/// The result of `surety info`.
private struct ModelReport: Encodable {
  struct Port: Encodable {
    var name: String
    var shape: [Int]
  }
  struct Count: Encodable {
    var operation: String
    var count: Int
  }

  var model: String
  var modelDigest: String
  var input: Port
  var output: Port
  var parameters: Int
  var operations: [Count]
  var analyses: [AnalysisSupport]

  enum CodingKeys: String, CodingKey {
    case model, input, output, parameters, operations, analyses
    case modelDigest = "model_sha256"
  }

  init(_ network: Network, path: String, sha256: String) {
    model = path
    modelDigest = sha256
    input = Port(name: network.inputName, shape: network.inputShape.dimensions)
    output = Port(name: network.outputName, shape: network.outputShape.dimensions)
    parameters = network.parameterCount
    let names = network.nodes.compactMap { $0.operation?.name }
    operations = Set(names).sorted().map { name in
      Count(operation: name, count: names.count { $0 == name })
    }
    analyses = network.support
  }

  var text: String {
    func shape(_ port: Port) -> String { port.shape.map(String.init).joined(separator: "x") }
    var lines = [
      "model       \(model)", "sha256      \(modelDigest)",
      "input       \(input.name) \(shape(input))", "output      \(output.name) \(shape(output))",
      "parameters  \(parameters)",
      "operations  \(operations.map { "\($0.count) \($0.operation)" }.joined(separator: ", "))",
    ]
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
