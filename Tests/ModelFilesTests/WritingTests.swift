import Files
import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Written models")
struct WritingTests {
  @Test("A network read back from a file is the same, names and 32-bit weights included")
  func roundTrip() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("surety-\(UUID().uuidString).onnx").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let network = try Network.chain()
    try network.write(toONNX: path)
    let again = try Network(contentsOf: path)
    #expect(again.inputName == "image" && again.outputName == network.outputName)
    #expect(again.nodes.map(\.name) == network.nodes.map(\.name))
    #expect(again.nodes.map(\.shape) == network.nodes.map(\.shape))
    #expect(again.parameters.map(\.name) == network.parameters.map(\.name))
    #expect(again.parameters.map(\.value) == network.parameters.map(\.value))
    expectEqualOutputs(again, network, tolerance: 0)
  }

  @Test(
    "Networks made here read back the same, their normalisation of pixels included",
    arguments: ["cnn-7", "resnext", "mlp"])
  func architectures(name: String) throws {
    let task = ImageTask(
      shape: [3, 8, 8], classes: 5, mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.2010])
    let architecture = try Architectures.named(name, .init(width: name == "mlp" ? nil : 4))
    let network = try architecture.network(for: task).initialized(.framework, seed: 3)
    let again = try Network(parsingONNX: network.onnxData(), source: "written")
    #expect(again.nodes.map(\.name) == network.nodes.map(\.name))
    #expect(again.nodes.map { $0.operation?.name } == network.nodes.map { $0.operation?.name })
    #expect(again.parameters.map(\.name) == network.parameters.map(\.name))
    #expect(again.parameters.map(\.value) == network.parameters.map(\.value))
    #expect(again.trainableParameterCount == network.trainableParameterCount)
    expectEqualOutputs(again, network, tolerance: 0)
  }

  @Test("Nodes and parameters that share a name get names of their own")
  func sharedNames() throws {
    var network = Network(input: [1, 2], named: "x")
    for value in [1.0, 2.0] {
      let constant = network.addParameter("x", Tensor([1], [value]))
      try network.add(AddConstant(constant), [network.output], named: "x")
    }
    let again = try Network(parsingONNX: network.onnxData(), source: "written")
    #expect(again.output([0, 1]) == [3, 4])
  }

  @Test("A network that returns its input or an inner node can be written")
  func unusualOutputs() throws {
    let identity = Network(input: [1, 2])
    let same = try Network(parsingONNX: identity.onnxData(), source: "written")
    #expect(same.output([1, 2]) == [1, 2])
    var inner = Network(input: [1, 2])
    try inner.add(Negate(), [0])
    try inner.add(ReLU(), [1])
    inner.setOutput(1, named: "negated")
    let again = try Network(parsingONNX: inner.onnxData(), source: "written")
    #expect(again.output([1, 2]) == [-1, -2] && again.outputName == "negated")
  }

  @Test(
    "Models for scripts/check_onnx_export.py are written",
    .enabled(if: exportFolder != nil, "set SURETY_EXPORT to a folder to write them"))
  func exports() throws {
    let folder = try #require(Self.exportFolder)
    var networks = try OperatorFixture.all.map {
      ($0.name, try Network(parsingONNX: $0.model, source: $0.name), $0.input)
    }
    for file in networkFiles {
      let network = try Network(contentsOf: #require(SharedFolder.path(file)))
      networks.append((file, network, [Double](repeating: 0.25, count: network.inputShape.count)))
      let simple = network.simplified()
      networks.append((file + " simplified", simple, networks[networks.count - 1].2))
    }
    for (index, (name, network, input)) in networks.enumerated() {
      try network.write(toONNX: "\(folder)/\(index).onnx")
      let record: [String: Any] = [
        "name": name, "input": input, "shape": network.outputShape.dimensions,
        "output": network.output(input),
      ]
      try JSONSerialization.data(withJSONObject: record)
        .write(to: URL(fileURLWithPath: "\(folder)/\(index).json"))
    }
  }

  static let exportFolder = ProcessInfo.processInfo.environment["SURETY_EXPORT"]

  @Test("A compressed name and a missing folder are refused")
  func refusals() throws {
    let network = Network(input: [1, 2])
    #expect(throws: InputError.self) { try network.write(toONNX: "model.onnx.gz") }
    #expect(throws: InputError.self) { try network.write(toONNX: "no/such/folder/model.onnx") }
  }
}
