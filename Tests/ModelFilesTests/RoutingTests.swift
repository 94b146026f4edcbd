import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Choices of tokens in files")
struct RoutingTests {
  private func network(isMixed: Bool) throws -> Network {
    var network = try VisionTransformer(
      patch: 2, width: 8, layers: 3, heads: 2, normalization: isMixed ? .rms : .none,
      residual: isMixed ? .mixed : .plain, activation: isMixed ? .relu : .gelu, modFactor: 0.5
    ).network(
      for: ImageTask(shape: [3, 8, 6], classes: 5, mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.25])
    ).initialized(.framework, seed: 8)
    var g = SplitMix64(seed: 9)
    for (index, parameter) in network.parameters.enumerated()
    where parameter.name.contains("router") {
      network.setValue(
        Tensor(
          parameter.value.shape,
          (0..<parameter.value.count).map { _ in Double(Float(Double.random(in: -1...1, using: &g)))
          }),
        of: ParameterID(index))
    }
    return network
  }

  @Test(
    "A routed vision transformer reads back as the same function, its choices seen again",
    arguments: [false, true])
  func roundTrip(isMixed: Bool) throws {
    let network = try network(isMixed: isMixed)
    let data = try network.onnxData()
    let read = try Network(parsingONNX: data, source: "vit")
    let tolerance = isMixed ? 1e-12 : 1e-6
    expectEqualOutputs(read, network, tolerance: tolerance)
    expectEqualOutputs(read.simplified(), network, tolerance: tolerance)
    #expect(read.routings.map(\.kept) == [6, 1] && read.routings.map(\.tokens) == [12, 12])
    #expect(!read.nodes.contains { $0.operation is Step })
    #expect(!read.isSinglePrecision)
    #expect(
      read.simplified().nodes.allSatisfy { !($0.operation is TopTokens) || $0.inputs.count == 2 })
    // Any number of images at once, and the same once more.
    let model = try Onnx_ModelProto(serializedBytes: data)
    #expect(model.graph.input[0].type.tensorType.shape.dim[0].dimParam == "batch")
    let again = try Network(parsingONNX: read.onnxData(), source: "vit")
    #expect(again.routings.count == 2)
    expectEqualOutputs(again, network, tolerance: tolerance)
  }

  @Test("Equal scores go to the earlier token in the file too")
  func ties() throws {
    var network = Network(input: [1, 4, 1])
    try network.add(TopTokens(2, of: 4), [0])
    let read = try Network(parsingONNX: network.onnxData(), source: "ties")
    #expect(read.routings.count == 1)
    for scores in [[0.0, 0, 0, 0], [1, 2, 1, 1], [1, 1, 2, 1], [3, 3, 3, 4], [0, -0.0, 0, 1]] {
      #expect(read.output(scores) == network.output(scores))
    }
  }

  @Test("What differs from the written comparisons in one place stays comparisons")
  func others() throws {
    var network = Network(input: [1, 4, 1])
    try network.add(TopTokens(2, of: 4), [0])
    let original = try Onnx_ModelProto(serializedBytes: network.onnxData())
    func read(_ change: (inout Onnx_ModelProto) -> Void) throws -> Network {
      var model = original
      change(&model)
      return try Network(parsingONNX: model.serializedData(), source: "changed")
    }
    #expect(try read { _ in }.routings.count == 1)
    let scores = [1.0, 3, 3, 2]
    // Ties to the later token: another function, which the comparisons still are.
    let turned = try read { model in
      for index in model.graph.node.indices {
        switch model.graph.node[index].opType {
        case "Greater": model.graph.node[index].opType = "GreaterOrEqual"
        case "GreaterOrEqual": model.graph.node[index].opType = "Greater"
        default: break
        }
      }
    }
    #expect(turned.routings.isEmpty && turned.output([1, 1, 1, 1]) == [0, 0, 1, 1])
    // The smallest scores.
    let smallest = try read { model in
      for index in model.graph.node.indices where model.graph.node[index].opType == "Greater" {
        model.graph.node[index].opType = "Less"
      }
    }
    #expect(smallest.routings.isEmpty)
    // A limit that no number of tokens is.
    let limit = try read { model in
      for index in model.graph.initializer.indices
      where model.graph.initializer[index].rawData.count == 4
        && model.graph.initializer[index].dims.isEmpty
      {
        model.graph.initializer[index].rawData = [Float(1.75)].withUnsafeBytes { Data($0) }
      }
    }
    #expect(limit.routings.isEmpty && limit.output(scores) == [0, 1, 1, 0])
  }

  @Test("TopK is refused by its name")
  func topK() throws {
    var builder = ModelBuilder()
    builder.model.graph.initializer.append(ModelBuilder.integers("k", [2]))
    builder.add("TopK", ["x", "k"], ["y", "i"], named: "top")
    #expect(try builder.refusal() == "unsupported operator: TopK (node top)")
  }
}
