import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

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

  @Test("Models of doubles are written as such")
  func doubles() throws {
    var network = Network(input: [1, 2], named: "x")
    network.precision = .double
    let third = network.addParameter("w", Tensor([1, 2], [1.0 / 3, 2.0 / 3]))
    let sum = try network.add(AddConstant(third), [0])
    network.setOutput(try network.add(Step(), [sum]), named: "y")
    let again = try Network(parsingONNX: network.onnxData(), source: "written")
    #expect(again.precision == .double)
    #expect(again.parameters.map(\.value) == network.parameters.map(\.value))
    #expect(again.output([-0.5, -0.5]) == [0, 1])
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

  @Test("Every architecture is written for batches of any size", arguments: Architectures.names)
  func batches(name: String) throws {
    let network = try Network.small(name)
    let model = try Onnx_ModelProto(serializedBytes: network.onnxData())
    let ends = model.graph.input + model.graph.output
    #expect(ends.map { $0.type.tensorType.shape.dim[0].dimParam } == ["batch", "batch"])
    #expect(
      model.graph.input[0].type.tensorType.shape.dim.dropFirst().map(\.dimValue) == [3, 16, 16])
    // Tokens fall into heads and back.
    #expect(model.graph.node.contains { $0.opType == "Reshape" } == (name == "vit"))
    // Before opset 14 the reference evaluator takes BatchNormalization for that of training.
    #expect(model.opsetImport.map(\.version) == [15])
    let again = try Network(parsingONNX: network.onnxData(), source: "written")
    // Attention is written as the steps that it stands for, and a bias of tokens as a sum.
    guard name != "vit" else {
      #expect(again.recognizingAttention().nodes.count { $0.operation is Attention } == 4)
      return expectEqualOutputs(again, network, tolerance: 1e-6)
    }
    #expect(again.nodes.map(\.shape) == network.nodes.map(\.shape))
    expectEqualOutputs(again, network, tolerance: 0)
  }

  /// Whether a network is written with a symbolic axis.
  private func isBatched(_ network: Network) throws -> Bool {
    let model = try Onnx_ModelProto(serializedBytes: network.onnxData())
    let again = try Network(parsingONNX: network.onnxData(), source: "written")
    #expect(again.inputShape == network.inputShape && again.outputShape == network.outputShape)
    return model.graph.input[0].type.tensorType.shape.dim[0].dimParam == "batch"
  }

  @Test("An operation that mixes what lies along the first axis keeps the model at one example")
  func mixing() throws {
    func made(_ input: Shape, _ operation: any Networks.Operation) throws -> Network {
      var network = Network(input: input)
      try network.add(operation, [0])
      return network
    }
    #expect(try isBatched(made([1, 2, 3], Transpose([0, 2, 1]))))
    #expect(try !isBatched(made([1, 1, 3], Transpose([1, 0, 2]))))
    #expect(try isBatched(made([1, 2, 3], Reshape(to: [1, 6]))))
    #expect(try isBatched(made([1, 6], Reshape(to: [1, 2, 3]))))
    #expect(try !isBatched(made([1, 6], Reshape(to: [6]))))
    #expect(try !isBatched(made([1, 6], Reshape(to: [2, 3]))))
    #expect(try isBatched(made([1, 2, 3], Softmax(axis: 1))))
    #expect(try !isBatched(made([1, 2, 3], Softmax(axis: 0))))
    #expect(try isBatched(made([1, 2, 3], Reduce(axes: [2], keepingAxes: false, isMean: true))))
    #expect(try !isBatched(made([1, 2, 3], Reduce(axes: [0], keepingAxes: true, isMean: true))))
    #expect(try isBatched(made([1, 4], Selection(axis: 1, indices: [3, 0]))))
    #expect(try !isBatched(made([1, 4], Selection(axis: 0, indices: [0]))))
    // A model without an axis for examples.
    #expect(try !isBatched(made([3, 4], ReLU())))
    #expect(try !isBatched(made([4], ReLU())))
  }

  @Test("Products of matrices are batches from the third axis on, and constants may fill theirs")
  func products() throws {
    var square = Network(input: [1, 1])
    try square.add(MatrixProduct(), [0, 0])
    #expect(try !isBatched(square))
    var stack = Network(input: [1, 2, 2])
    try stack.add(MatrixProduct(), [0, 0])
    #expect(try isBatched(stack))
    for (shape, fits) in [([1, 3], true), ([3], true), ([1, 1, 3], false)] as [(Shape, Bool)] {
      var network = Network(input: [1, 3])
      let constant = network.addParameter("c", Tensor(repeating: 1, shape))
      try network.add(AddConstant(constant), [0])
      #expect(try isBatched(network) == fits, "\(shape)")
    }
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
    let made = networks.count
    for name in Architectures.names {
      let network = try Network.small(name)
      let count = network.inputShape.count
      networks.append((name, network, (0..<count).map { Double($0 % 17) / 16 }))
    }
    let architectures = made..<networks.count
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
        "output": network.output(input), "architecture": architectures.contains(index),
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

extension Network {
  /// A narrow network of an architecture, for pictures of 3x16x16 that it normalises, with random weights.
  fileprivate static func small(_ name: String) throws -> Network {
    let task = ImageTask(
      shape: [3, 16, 16], classes: 5, mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.2010])
    let settings =
      switch name {
      case "mlp": ArchitectureSettings(hidden: [12])
      case "cnn-3": ArchitectureSettings(width: 4)
      case "dm-tiny": ArchitectureSettings(linear: 12)
      case "vit": ArchitectureSettings(width: 8)
      case "staged": ArchitectureSettings(linear: 12)
      default: ArchitectureSettings(width: 4, linear: 12)
      }
    return try Architectures.named(name, settings).network(for: task).initialized(
      .framework, seed: 3)
  }
}
