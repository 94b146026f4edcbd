import Files
import Networks
import Tensors
import TestSupport
import Testing

@testable import Lipschitz
@testable import Training

/// The published large configuration: what its network is and what its bound is made of, without training it.
@Suite("The recipe of NanoGPT's size")
struct NanoGPTTests {
  private func architecture(_ vocabulary: Int) throws -> LipschitzTransformer {
    try TextRecipe.named("nanogpt").architecture(vocabulary: vocabulary)
  }

  @Test("Its sizes are those of the publication, and its weights are counted without being made")
  func sizes() throws {
    let recipe = try TextRecipe.named("nanogpt")
    #expect(recipe.network.blocks == 12 && recipe.network.heads == 6)
    #expect(recipe.network.width == 768 && recipe.network.tokens == 1024)
    // 8 devices of 48 windows each.
    #expect(recipe.batch * recipe.network.tokens == 8 * 48 * 1024)
    // Four square matrices and two of four times the width in each block, and two tables.
    let (square, inner) = (768 * 768, 12 * 12 * 768 * 768)
    #expect(inner == 84_934_656 && square == 589_824)
    #expect(try architecture(256).weightCount == inner + 2 * 256 * 768)
    #expect(try architecture(50_304).weightCount == 162_201_600)
    var tied = try architecture(256)
    tied.attention = .distances
    #expect(tied.weightCount == inner + 2 * 256 * 768 - 12 * 2 * square)
  }

  @Test("The list of weights is the network's own, of every kind")
  func shapes() throws {
    for logits in AttentionForm.Logits.allCases {
      var small = LipschitzTransformer(
        vocabulary: 9, tokens: 6, width: 12, blocks: 3, heads: 3, expansion: 2, finalScale: 2)
      small.attention = logits
      let network = try small.network()
      let parameters = network.trainableParameters.map { network.parameters[$0.index] }
      #expect(small.weightShapes.map(\.name) == parameters.map(\.name))
      #expect(small.weightShapes.map(\.shape) == parameters.map(\.value.shape))
      #expect(small.weightCount == network.trainableParameterCount)
    }
  }

  @Test("The whole network has the right shapes at every node, and its bound composes")
  func network() throws {
    // Equal shapes share their zeros: some sixty megabytes instead of seven hundred.
    let network = try architecture(256).network()
    #expect(network.inputShape == [1, 1024] && network.outputShape == [1, 1024, 256])
    let attention = network.nodes.filter { $0.operation is Attention }
    #expect(attention.count == 12)
    for node in attention {
      let form = try #require((node.operation as? Attention)?.form)
      #expect(form.heads == 6 && form.isCausal && form.scale == 24.0 * 6 / 768)
      #expect(node.shape == [1, 1024, 768])
      #expect(node.inputs.allSatisfy { network.nodes[$0].shape == [1, 1024, 768] })
    }
    for node in network.nodes where node.name.hasSuffix(".rising") {
      #expect(node.shape == [1, 1024, 3072])
    }
    #expect(network.nodes.count { $0.operation is Add } == 24)
    #expect(network.trainableParameters.count == 74)
    // With weights of zero every branch leaves its share of the stream.
    let bound = try network.tokenBound()
    let share = Double(Float(1 - 1.0 / 24))
    let kept = (0..<24).reduce(1.0) { power, _ in power * share }
    let features = try #require(bound.head?.features)
    #expect(abs(features.distance.value / kept - 1) < 1e-9)
    #expect(bound.output.distance.value == 0 && bound.output.size.value == 0)
    // The masses of a step: 12 blocks of six matrices between two tables.
    let trained = TrainedNetwork(network, WeightSettings())
    let scales = try network.modularScales(
      trained.trainable, trained.forms, blockMass: 32, source: "nanogpt")
    #expect(abs(scales[0].rate * 34 - 1) < 1e-4)
    let mixing = try #require(
      trained.trainable.firstIndex {
        network.parameters[$0.index].name == "block12.mixing.weight"
      })
    #expect(abs(scales[mixing].rate / (32.0 / 72 / 34 * 72) - 1) < 1e-6)
  }

  @Test("The bound of twelve blocks of six heads, with all norms 1 and at the recipe's limit")
  func composition() throws {
    func blocks(_ norm: Double) -> [TransformerBlock] {
      let norm = UpperBound(proved: norm)
      let head = HeadNorms(queries: norm, keys: norm, values: norm)
      let block = TransformerBlock(
        heads: [HeadNorms](repeating: head, count: 6), mixing: norm, rising: norm, falling: norm)
      return [TransformerBlock](repeating: block, count: 12)
    }
    let ones = TransformerBound(blocks(1)).tokens(size: .one)
    #expect(abs(ones.distance.value / 0.9086660288305707 - 1) < 1e-9)
    var limit = TransformerBound(blocks(8))
    limit.logitScale = UpperBound(proved: 24)
    let tokens = limit.tokens(size: .one)
    // The same recursion in plain numbers: it is finite, and says nothing about robustness.
    var (distance, size) = (1.0, 1.0)
    let (share, slope) = (1.0 / 24, 1.12890415 / 1.12891)
    for _ in 0..<12 {
      let moved = 8 * (1 + 2 * 24 * size * size * 64)
      distance *= 23.0 / 24 + share * 8 / 3 * moved
      size *= 23.0 / 24 + share * 8 / 3 * 8
      distance *= 23.0 / 24 + share * 64 * slope
      size *= 23.0 / 24 + share * 64 / 1.12891
    }
    #expect(abs(tokens.distance.value / distance - 1) < 1e-9)
    #expect(tokens.distance.value.isFinite && tokens.distance.value > 1e60)
  }
}
