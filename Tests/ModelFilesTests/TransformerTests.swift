import Networks
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Transformers in files")
struct TransformerFileTests {
  private let architecture = LipschitzTransformer(
    vocabulary: 9, tokens: 6, width: 12, blocks: 2, heads: 3, expansion: 2, logitScale: 2,
    finalScale: 1.5)

  private func network(_ seed: UInt64) throws -> Network {
    var g = SplitMix64(seed: seed)
    var network = try architecture.network()
    for id in network.trainableParameters {
      let shape = network.parameters[id.index].value.shape
      network.setValue(
        Tensor(
          shape,
          (0..<shape.count).map { _ in Double(Float(Double.random(in: -1...1, using: &g))) }),
        of: id)
    }
    return network
  }

  private func outputs(_ network: Network, _ tokens: [Double]) -> [Double] {
    network.evaluate(
      Tensor<Double>([tokens.count / 6, 1, 6], tokens), network.parameters(as: Tensor<Double>.self)
    ).scalars
  }

  @Test("What is written reads back as the same function, and its heads are seen again")
  func roundTrip() throws {
    let network = try network(1)
    let tokens = [0, 8, 3, 3, 1, 7, 5, 5, 5, 2, 0, 4].map { Double($0) }
    let expected = outputs(network, tokens)
    let read = try Network(parsingONNX: network.onnxData(), source: "transformer")
    #expect(read.inputShape == [1, 6] && read.outputShape == [1, 6, 9])
    #expect(largestRelativeDifference(outputs(read, tokens), expected, floor: 1) < 1e-6)
    let seen = read.recognizingAttention().recognizingGates()
    #expect(seen.nodes.compactMap { $0.operation as? Attention }.map(\.form.heads) == [3, 3])
    #expect(seen.nodes.count { $0.operation is RotaryPositions } == 4)
    #expect(seen.nodes.count { $0.operation is Gelu } == 2)
    #expect(!seen.nodes.contains { $0.operation is Softmax })
    #expect(largestRelativeDifference(outputs(seen, tokens), expected, floor: 1) < 1e-6)
    let plain = try #require(network.fromEmbedding()).simplified()
    #expect(!plain.nodes.contains { $0.operation is Attention || $0.operation is Embedding })
  }

  @Test("Attention by distances reads back as the same function and is seen again")
  func distances() throws {
    var shape = architecture
    shape.attention = .distances
    var network = try shape.network()
    var g = SplitMix64(seed: 5)
    for id in network.trainableParameters {
      let shape = network.parameters[id.index].value.shape
      network.setValue(
        Tensor(
          shape,
          (0..<shape.count).map { _ in Double(Float(Double.random(in: -1...1, using: &g))) }),
        of: id)
    }
    let tokens = [0, 8, 3, 3, 1, 7, 5, 5, 5, 2, 0, 4].map { Double($0) }
    let expected = outputs(network, tokens)
    let read = try Network(parsingONNX: network.onnxData(), source: "transformer")
    #expect(largestRelativeDifference(outputs(read, tokens), expected, floor: 1) < 1e-6)
    #expect(!read.nodes.contains { $0.operation is Attention })
    for seen in [read.recognizingAttention(), read.simplified().recognizingAttention()] {
      let forms = seen.nodes.compactMap { ($0.operation as? Attention)?.form }
      #expect(forms.map(\.heads) == [3, 3] && forms.allSatisfy { $0.logits == .distances })
      #expect(forms.allSatisfy { $0.isCausal && $0.scale == Double(Float(2.0 * 3 / 12)) })
      for node in seen.nodes where node.operation is Attention {
        #expect(Set(node.inputs).count == 1)
      }
      #expect(!seen.nodes.contains { $0.operation is Softmax })
    }
    let seen = read.recognizingAttention()
    #expect(largestRelativeDifference(outputs(seen, tokens), expected, floor: 1) < 1e-6)
    // Products are not taken for distances, nor the other way.
    #expect(
      !read.recognizingAttention { $0.logits == .products }.nodes.contains {
        $0.operation is Attention
      })
    #expect(
      try !self.network(1).expandingAttention().recognizingAttention { $0.logits == .distances }
        .nodes.contains { $0.operation is Attention })
    // Distances of one half of each only are something else.
    var other = network.expandingAttention()
    other = other.replacingOperations {
      ($0 as? Power)?.exponent == 2 ? Power(exponent: 4) : $0
    }
    #expect(!other.recognizingAttention().nodes.contains { $0.operation is Attention })
  }

  @Test("A mask that hides other tokens than later ones is not taken for a causal one")
  func otherMasks() throws {
    var network = try network(2).expandingAttention()
    #expect(network.recognizingAttention().nodes.contains { $0.operation is Attention })
    for (index, parameter) in network.parameters.enumerated()
    where parameter.value.shape == [6, 6] {
      var mask = parameter.value
      mask.withMutableElements { $0[2 * 6] = AttentionForm.hidden }
      network.setValue(mask, of: ParameterID(index))
    }
    #expect(!network.recognizingAttention().nodes.contains { $0.operation is Attention })
  }

  @Test("Numbers that are no tokens give NaN, never another token's row")
  func strangeTokens() throws {
    let network = try network(3)
    for token in [-1, 9, 0.5, 1e9, Double.nan, .infinity] {
      #expect(outputs(network, [token, 0, 0, 0, 0, 0])[0].isNaN, "\(token)")
    }
  }

  @Test("Integers that are read as anything but tokens are refused")
  func otherIntegers() throws {
    var model = try Onnx_ModelProto(serializedBytes: network(4).onnxData())
    // The embedding reads its own input through a cast, and nothing is a token any more.
    var cast = Onnx_NodeProto()
    (cast.opType, cast.name, cast.input, cast.output) = ("Identity", "same", ["tokens"], ["copy"])
    let place = try #require(
      model.graph.node.firstIndex { $0.opType == "Gather" && $0.input.contains("tokens") })
    model.graph.node[place].input[1] = "copy"
    model.graph.node.insert(cast, at: 0)
    #expect(throws: (any Error).self) {
      try Network(parsingONNX: model.serializedData(), source: "transformer")
    }
  }

  @Test(
    "Vision transformers read back as the same function, in whole batches too",
    arguments: [VisionTransformer.Normalization.none, .layer, .rms], [false, true])
  func visionTransformer(normalization: VisionTransformer.Normalization, isMixed: Bool) throws {
    var architecture = VisionTransformer(
      patch: 2, width: 8, layers: 2, heads: 2, normalization: normalization,
      residual: isMixed ? .mixed : .plain, activation: isMixed ? .relu : .gelu)
    if normalization == .none, isMixed { architecture.attention = .distances }
    let network = try architecture.network(
      for: ImageTask(shape: [3, 4, 6], classes: 5, mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.25])
    ).initialized(.framework, seed: 8)
    let read = try Network(parsingONNX: network.onnxData(), source: "vit")
    #expect(read.inputShape == [1, 3, 4, 6] && read.outputShape == [1, 5])
    // GELU is written by its formula, with a root of 1/2 of 32 bits; everything else has the same numbers.
    let tolerance = isMixed ? 1e-12 : 1e-6
    expectEqualOutputs(read, network, tolerance: tolerance)
    expectEqualOutputs(read.simplified(), network, tolerance: tolerance)
    let seen = read.foldingBiases().recognizingAttention().recognizingGates()
    let forms = seen.nodes.compactMap { ($0.operation as? Attention)?.form }
    #expect(forms.map(\.heads) == [2, 2])
    #expect(forms.allSatisfy { $0.logits == architecture.attention })
    #expect(seen.nodes.count { $0.operation is Gelu } == (isMixed ? 0 : 2))
    expectEqualOutputs(seen, network, tolerance: tolerance)
    #expect(read.trainableParameterCount <= network.trainableParameterCount)
  }

  @Test(
    "Staged networks read back as the same function, in whole batches too",
    arguments: NetworkStage.Kind.allCases, [NormalizationPlacement.full, .none])
  func staged(kind: NetworkStage.Kind, normalization: NormalizationPlacement) throws {
    // Along rows and columns, with one head and with two.
    let network = try StagedNetwork(
      [
        NetworkStage(kind, width: 6, blocks: 2, stride: 2), NetworkStage(kind, width: 32),
      ], linear: 8, normalization: normalization
    ).network(
      for: ImageTask(shape: [3, 6, 8], classes: 5, mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.25])
    ).initialized(.framework, seed: 8)
    let model = try Onnx_ModelProto(serializedBytes: network.onnxData())
    let ends = model.graph.input + model.graph.output
    #expect(ends.map { $0.type.tensorType.shape.dim[0].dimParam } == ["batch", "batch"])
    let read = try Network(parsingONNX: network.onnxData(), source: "staged")
    #expect(read.inputShape == [1, 3, 6, 8] && read.outputShape == [1, 5])
    expectEqualOutputs(read, network, tolerance: 1e-12)
    expectEqualOutputs(read.simplified(), network, tolerance: 1e-11)
    #expect(
      read.foldingBiases().recognizingAttention().nodes.count { $0.operation is Attention }
        == (kind == .attention ? 3 : 0))
  }
}
