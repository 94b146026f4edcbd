import Foundation
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Lipschitz

@Suite("Constants of attention by distances")
struct DistanceAttentionTests {
  @Test("The solution solves, from above, and the sum it bounds reaches it")
  func spread() {
    #expect(DistanceAttention.spread(tokens: 1) == .zero)
    #expect(DistanceAttention.steepness(tokens: 1).value < 1 + 1e-12)
    var g = SplitMix64(seed: 31)
    for tokens in [2, 3, 16, 64, 197, 1024, 1_000_000] {
      let x = DistanceAttention.spread(tokens: tokens).value
      let value = x * exp(x + 1)
      #expect(value >= Double(tokens - 1) && value <= Double(tokens - 1) * (1 + 1e-9))
      // Equal others at 1 + x give x itself; no draw gives more.
      let z = 1 + x
      let others = Double(tokens - 1) * exp(-z)
      #expect(abs(others * z / (1 + others) / x - 1) < 1e-9)
      guard tokens < 200 else { continue }
      for _ in 0..<200 {
        let spread = Double.random(in: 0...4, using: &g)
        let drawn = (1..<tokens).map { _ in Double.random(in: 0...spread * z, using: &g) }
        let total = drawn.reduce(1) { $0 + exp(-$1) }
        #expect(drawn.reduce(0) { $0 + $1 * exp(-$1) } / total <= x)
      }
    }
  }

  /// Attention of one node.
  private func network(_ tokens: Int, _ width: Int, _ form: AttentionForm) throws -> Network {
    var network = Network(input: [1, tokens, width])
    try network.add(Attention(form), [0, 0, 0])
    return network
  }

  @Test("No tokens move farther than the constants, near collapse and at the worst distance")
  func tokens() throws {
    var g = SplitMix64(seed: 32)
    var closest = 0.0
    for trial in 0..<240 {
      let (tokens, heads) = (2 + trial % 7, 1 + trial % 2)
      let head = 1 + trial % 3
      let form = AttentionForm(
        heads: heads, scale: [0.3, 1, 4][trial % 3], isCausal: trial % 4 == 0, logits: .distances)
      let width = heads * head
      let network = try network(tokens, width, form)
      let parameters = Parameters<Tensor<Double>>([])
      let solution = DistanceAttention.spread(tokens: tokens).value
      // Others at the distance where the softmax spreads most, or anywhere.
      let worst = ((1 + solution) / form.scale).squareRoot()
      let size = trial % 5 == 0 ? Double.random(in: 0...5, using: &g) : worst
      let x = (0..<tokens).flatMap { token in
        (0..<width).map { place in
          token == 0
            ? 0 : (place % head == token % head ? size : 0.1 * Double.random(in: -1...1, using: &g))
        }
      }
      func value(_ x: [Double]) -> [Double] {
        network.evaluate(Tensor<Double>([1, 1, tokens, width], x), parameters).scalars
      }
      let bound = try LipschitzAnalysis(network).bound(norm: .two).two.value
      let infinity = try LipschitzAnalysis(network).bound(norm: .infinity).infinity.value
      let steepness = DistanceAttention.steepness(tokens: tokens).value
      for _ in 0..<20 {
        let moves = (0..<tokens * width).map { place in
          (trial % 2 == 0 && place < width) || Bool.random(using: &g)
            ? Double.random(in: -1...1, using: &g) : 0
        }
        let step = 1e-5
        let changed = value(zip(x, moves).map { $0 + step * $1 })
        let change = zip(changed, value(x)).map { ($0 - $1) / step }
        func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        func largestToken(_ x: [Double]) -> Double {
          stride(from: 0, to: x.count, by: width).map { norm(Array(x[$0..<$0 + width])) }.max() ?? 0
        }
        let slack = 1 + 1e-3
        #expect(norm(change) <= bound * norm(moves) * slack, "trial \(trial)")
        #expect(
          (change.map(abs).max() ?? 0) <= infinity * (moves.map(abs).max() ?? 0) * slack,
          "trial \(trial)")
        if heads == 1 {
          let ratio = largestToken(change) / max(1e-12, largestToken(moves))
          #expect(ratio <= steepness * slack, "trial \(trial): \(ratio) of \(steepness)")
          closest = max(closest, ratio / steepness)
        }
      }
    }
    // A loose bound would pass all of the above; the factor 4 has room.
    #expect(closest > 0.3, "\(closest)")
  }

  @Test("Vision transformers by distances have a constant everywhere, which no search exceeds")
  func images() throws {
    var g = SplitMix64(seed: 33)
    var architecture = VisionTransformer(
      patch: 2, width: 4, layers: 2, heads: 2, normalization: .none, residual: .mixed,
      activation: .relu)
    let task = ImageTask(shape: [1, 4, 4], classes: 3)
    architecture.attention = .distances
    for trial in 0..<10 {
      var network = try architecture.network(for: task)
      for id in network.trainableParameters {
        let shape = network.parameters[id.index].value.shape
        let size = [0.5, 1, 2][trial % 3]
        network.setValue(
          Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -size...size, using: &g) }),
          of: id)
      }
      let analysis = LipschitzAnalysis(network)
      for norm in [Norm.two, .infinity] {
        let bound = try analysis.bound(norm: norm)
        #expect(bound.layers.contains { $0.operation == "Attention" })
        let value = norm == .two ? bound.two.value : bound.infinity.value
        #expect(value.isFinite)
        for _ in 0..<60 {
          let (x, y) = (
            (0..<16).map { _ in Double.random(in: -2...2, using: &g) },
            (0..<16).map { _ in Double.random(in: -1...1, using: &g) * (trial % 2 == 0 ? 1e-4 : 1) }
          )
          func output(_ x: [Double]) -> [Double] {
            network.evaluate(
              Tensor<Double>([1, 1, 1, 4, 4], x), network.parameters(as: Tensor<Double>.self)
            ).scalars
          }
          let change = zip(output(zip(x, y).map { $0 + $1 }), output(x)).map { $0 - $1 }
          func size(_ x: [Double]) -> Double {
            norm == .two
              ? x.reduce(0) { $0 + $1 * $1 }.squareRoot() : x.map(abs).max() ?? 0
          }
          #expect(size(change) <= value * size(y) * (1 + 1e-6))
        }
      }
      // Over a region its parts have bounds, too.
      let region = try Region.ball(
        around: [Double](repeating: 0.5, count: 16), radius: 0.01, norm: .two)
      #expect(try analysis.bound(norm: .two, over: region).two.value.isFinite)
    }
    architecture.attention = .products
    let products = try architecture.network(for: task).initialized(seed: 1)
    #expect(throws: Unsupported.self) { try LipschitzAnalysis(products).bound(norm: .two) }
  }

  @Test("Distances of other queries than keys have no constant, nor negative scales")
  func refusals() throws {
    for (heads, scale, isTied) in [(1, 1.0, false), (1, -1.0, true)] {
      var network = Network(input: [1, 3, 4])
      let weight = network.addParameter("w", Tensor(repeating: 0.5, [4, 4]))
      let other = try network.add(Linear(weight: weight), [0])
      let form = AttentionForm(heads: heads, scale: scale, isCausal: false, logits: .distances)
      try network.add(Attention(form), isTied ? [0, 0, 0] : [0, other, other])
      let error = #expect(throws: Unsupported.self) {
        try LipschitzAnalysis(network).bound(norm: .two)
      }
      #expect(
        error.map { "\($0)".contains("distances of one node") } == true,
        "\(String(describing: error))")
    }
  }

  @Test("No search goes beyond the bound of tokens, over 60 transformers")
  func searches() throws {
    var g = SplitMix64(seed: 34)
    for index in 0..<60 {
      var architecture = LipschitzTransformer(
        vocabulary: 5, tokens: 4, width: 8, blocks: 1 + index % 2, heads: [1, 2, 4][index % 3],
        expansion: 2, logitScale: [1, 4][index % 2])
      architecture.attention = .distances
      var network = try architecture.network()
      for id in network.trainableParameters {
        let shape = network.parameters[id.index].value.shape
        let size = [0.2, 0.6, 1.5][index / 3 % 3]
        network.setValue(
          Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -size...size, using: &g) }),
          of: id)
      }
      let bound = try network.tokenBound()
      #expect(bound.published == nil)
      let embedded = try #require(network.fromEmbedding())
      var search = try SlopeSearch(ofTokens: embedded, limit: bound.size.value)
      (search.starts, search.walks) = (4, 2)
      let found = search.largest(seed: UInt64(index)).value
      #expect(found <= bound.output.distance.value * (1 + 1e-9), "\(architecture)")
      // Sizes of tokens do not matter to how far they move.
      let larger = try network.tokenBound(size: UpperBound(proved: 100))
      #expect(larger.output.distance == bound.output.distance)
    }
  }
}
