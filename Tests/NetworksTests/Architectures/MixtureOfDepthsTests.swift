import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("Vision transformers whose tokens skip blocks")
struct MixtureOfDepthsTests {
  private static let task = ImageTask(shape: [1, 6, 8], classes: 3, mean: [0.5], std: [0.25])
  /// 12 tokens, of which blocks keep all, 9, 3 and 1.
  static let variants: [VisionTransformer] = [
    VisionTransformer(
      patch: 2, width: 8, layers: 4, heads: 2, normalization: .none, modFactor: 0.5),
    VisionTransformer(
      patch: 2, width: 4, layers: 4, heads: 1, normalization: .none, residual: .mixed,
      activation: .relu, modFactor: 0.5),
  ]

  /// A network with random weights, routers' included.
  private func network(_ architecture: VisionTransformer, _ seed: UInt64) throws -> Network {
    var g = SplitMix64(seed: seed)
    var network = try architecture.network(for: Self.task)
    for id in network.trainableParameters {
      let shape = network.parameters[id.index].value.shape
      network.setValue(
        Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -0.7...0.7, using: &g) }),
        of: id)
    }
    return network
  }

  private func values(_ network: Network, _ image: [Double]) -> [String: Tensor<Double>] {
    var values: [String: Tensor<Double>] = [:]
    let shape = Shape([1] + network.inputShape.dimensions)
    _ = network.evaluate(Tensor(shape, image), network.parameters(as: Tensor<Double>.self)) {
      values[network.nodes[$0].name] = $1
    }
    return values
  }

  private func image(_ g: inout SplitMix64) -> [Double] {
    (0..<48).map { _ in Double.random(in: 0...1, using: &g) }
  }

  @Test(
    "The ratios of 32 layers are the published ones: nothing is left out of the first eight, and 0.5375 are kept"
  )
  func schedule() {
    let ratios = MixtureOfDepths(factor: 0.5).ratios(layers: 32)
    #expect(
      ratios.prefix(8).allSatisfy { $0 == nil } && ratios.dropFirst(8).allSatisfy { $0 != nil })
    for (layer, ratio) in [(8, 0.844), (9, 0.806), (10, 0.764)] {
      #expect(abs((ratios[layer] ?? 0) - ratio) < 5e-4)
    }
    #expect(ratios[23] ?? 0 > 0.15)
    #expect(ratios.dropFirst(24).allSatisfy { $0 == 0.15 })
    let mean = ratios.reduce(0) { $0 + ($1 ?? 1) } / 32
    #expect(abs(mean - 0.5375) < 1e-4, "\(mean)")
    #expect(
      MixtureOfDepths(factor: 0.5).ratios(layers: 4).map { $0.map { ($0 * 100).rounded() } } == [
        nil, 75, 25, 15,
      ])
    // A ratio that falls short of a quarter by a rounding keeps a quarter.
    #expect(MixtureOfDepths.kept(0.25.nextDown, of: 16) == 4)
    #expect(MixtureOfDepths.kept(0.24, of: 16) == 3 && MixtureOfDepths.kept(0.15, of: 16) == 2)
  }

  @Test("Blocks keep what the schedule says, and computing them takes as much less")
  func counts() throws {
    let routed = Self.variants[0]
    let network = try routed.network(for: Self.task)
    #expect(network.routings.map(\.node) == ["block2.router", "block3.router", "block4.router"])
    #expect(
      network.routings.map(\.kept) == [9, 3, 1] && network.routings.map(\.tokens) == [12, 12, 12])
    var plain = routed
    plain.modFactor = nil
    #expect(try plain.network(for: Self.task).routings.isEmpty)
    // Patches of 4 pixels, four blocks of matrices of 8 x 8 (four, and four of two layers), products of keys, the classes.
    let patches = 12 * 4 * 8
    #expect(try plain.multiplyAdds(for: Self.task) == patches + 4 * (12 * 512 + 2 * 144 * 8) + 24)
    let blocks = [12, 9, 3, 1].map { $0 * 512 + 2 * $0 * $0 * 8 }.reduce(0, +)
    #expect(try routed.multiplyAdds(for: Self.task) == patches + blocks + 3 * 2 * 12 * 8 + 24)
  }

  @Test(
    "At first every gate is 1, and a block that keeps all tokens is one without routing",
    arguments: variants)
  func neutral(architecture: VisionTransformer) throws {
    var (plain, routed) = (try LayerStack("vit", Self.task), try LayerStack("vit", Self.task))
    func begin(_ stack: inout LayerStack) throws {
      try stack.convolution(ConvolutionLayer(architecture.width, 2, stride: 2), "patches")
      try stack.add(Reshape(to: [1, architecture.width, 12]), [stack.last], "rows")
      try stack.add(Transpose([0, 2, 1]), [stack.last], "tokens")
    }
    try begin(&plain)
    try begin(&routed)
    try architecture.add(block: "block", keeping: nil, to: &plain)
    try architecture.add(block: "block", keeping: 12, to: &routed)
    var g = SplitMix64(seed: 31)
    var drawn: [String: Tensor<Double>] = [:]
    for parameter in plain.network.parameters
    where parameter.name.hasSuffix("weight") || parameter.name.hasSuffix("bias") {
      drawn[parameter.name] = Tensor(
        parameter.value.shape,
        (0..<parameter.value.count).map { _ in Double.random(in: -1...1, using: &g) })
    }
    func filled(_ network: Network) -> Network {
      var network = network
      for (index, parameter) in network.parameters.enumerated() {
        if let value = drawn[parameter.name] { network.setValue(value, of: ParameterID(index)) }
      }
      return network
    }
    let (a, b) = (filled(plain.network), filled(routed.network))
    for _ in 0..<5 {
      let image = image(&g)
      let (first, second) = (values(a, image), values(b, image))
      let last = try #require(first[a.nodes[a.output].name])
      let other = try #require(second["block.merged"])
      #expect(largestRelativeDifference(last.scalars, other.scalars, floor: 1) < 1e-14)
      #expect(try #require(second["block.gate"]).scalars == [Double](repeating: 1, count: 12))
      #expect(try #require(second["block.router"]).scalars == [Double](repeating: 1, count: 12))
    }
  }

  @Test(
    "Routers begin at 0 however weights are drawn, and are trained",
    arguments: [Initialization.ibp, .init(.framework, biases: .framework)])
  func routers(initialization: Initialization) throws {
    let network = try Self.variants[0].network(for: Self.task).initialized(initialization, seed: 4)
    let routers = network.trainableParameters.filter {
      network.parameters[$0.index].name.contains("router")
    }
    #expect(routers.count == 6)
    #expect(
      routers.allSatisfy { network.parameters[$0.index].value.scalars.allSatisfy { $0 == 0 } })
  }

  @Test("Gates rise with scores, between 0.8 and 1.2")
  func gates() throws {
    var network = try Self.variants[0].network(for: Self.task)
    let gate = try #require(network.nodes.firstIndex { $0.name == "block2.gate" })
    let scores = try #require(network.nodes.firstIndex { $0.name == "block2.router.scores" })
    network.setOutput(gate, named: "gate")
    func gates<T: TensorAlgebra>(_ scores: [Double], _ node: Int, _: T.Type) -> [Double] {
      network.evaluate(
        T(Tensor<Double>([scores.count / 12, 1, 12, 1], scores)), from: node,
        network.parameters(as: T.self)
      ).values.scalars
    }
    var g = SplitMix64(seed: 32)
    let drawn =
      (0..<1200).map { _ in Double.random(in: -12...12, using: &g) } + [
        0, 40, -40, 1e30, -1e30, 1e-40, -1e-40, 3, 3, -3, 0.5, -0.5,
      ]
    let sorted = drawn.sorted()
    for found in [
      gates(sorted, scores, Tensor<Double>.self), gates(sorted, scores, Tensor<Float>.self),
    ] {
      #expect(found.allSatisfy { $0 >= 0.8 - 0x1p-24 && $0 <= 1.2 + 0x1p-24 })
      for (low, high) in zip(found, found.dropFirst()) { #expect(low <= high) }
    }
    #expect(abs(gates(sorted, scores, Tensor<Double>.self)[0] - 0.8) < 1e-7)
  }

  @Test("Two tokens: the kept one is processed alone, the other is its gate times itself")
  func byHand() throws {
    let architecture = VisionTransformer(
      patch: 1, width: 1, layers: 2, heads: 1, expansion: 1, positions: .none, normalization: .none,
      activation: .relu, attentionScale: 1, modFactor: 0.5)
    var stack = try LayerStack("vit", ImageTask(shape: [1, 1, 2], classes: 2))
    try stack.add(Reshape(to: [1, 2, 1]), [0], "tokens")
    try architecture.add(block: "b", keeping: 1, to: &stack)
    var network = stack.network
    for (name, value) in [
      ("b.router.weight", 2.0), ("b.router.bias", -1), ("b.queries.weight", 5),
      ("b.keys.weight", 7),
      ("b.values.weight", 3), ("b.values.bias", 0.5), ("b.mixing.weight", 2),
      ("b.mixing.bias", 0.25),
      ("b.rising.weight", 1), ("b.rising.bias", -2), ("b.falling.weight", 4), ("b.falling.bias", 1),
    ] {
      let index = try #require(network.parameters.firstIndex { $0.name == name })
      network.setValue(
        Tensor(network.parameters[index].value.shape, [value]), of: ParameterID(index))
    }
    let reach = Double(Float(0.2))
    for (first, second) in [(1.0, 0.5), (0.25, 3), (-1, -2), (0.5, 0.5)] {
      let tokens = [first, second]
      let scores = tokens.map { 2 * $0 - 1 }
      let gates = scores.map { 1 + reach * tanh($0) }
      let kept = scores[0] >= scores[1] ? 0 : 1
      // Alone, a token attends to itself: 2 (3 x + 0.5) + 0.25 is added; then the gate times 4 relu(h - 2) + 1.
      let h = tokens[kept] + 2 * (3 * tokens[kept] + 0.5) + 0.25
      var expected = zip(gates, tokens).map { $0 * $1 }
      expected[kept] = h + gates[kept] * (4 * max(0, h - 2) + 1)
      let found = network.evaluate(
        Tensor<Double>([1, 1, 1, 1, 2], tokens), network.parameters(as: Tensor<Double>.self))
      #expect(largestRelativeDifference(found.scalars, expected, floor: 1) < 1e-15, "\(tokens)")
    }
  }

  @Test(
    "Every routed block is what the shorter sequence gives, put back in its places",
    arguments: variants)
  func shorterSequences(architecture: VisionTransformer) throws {
    for seed in 0..<4 as Range<UInt64> {
      let network = try network(architecture, 40 + seed)
      var g = SplitMix64(seed: 50 + seed)
      let values = values(network, image(&g))
      for (block, kept) in [(2, 9), (3, 3), (4, 1)] {
        let before = try #require(
          values[block == 2 ? "block1.mlp.sum" : "block\(block - 1).merged"])
        let found = try #require(values["block\(block).merged"])
        let expected = PlainBlock(network, architecture, "block\(block)").output(
          rows(before), keeping: kept)
        #expect(
          largestRelativeDifference(found.scalars, expected.flatMap(\.self), floor: 1) < 1e-12)
      }
    }
  }

  private func rows(_ tokens: Tensor<Double>) -> [[Double]] {
    let width = tokens.shape[-1]
    return (0..<tokens.shape[-2]).map { token in
      (0..<width).map { tokens.scalars[token * width + $0] }
    }
  }

  @Test("A factor that leaves out nothing, or everything, is refused with what would do")
  func refusals() {
    func message(_ factor: Double, _ layers: Int) -> String? {
      #expect(throws: InputError.self) {
        try VisionTransformer(patch: 2, width: 8, layers: layers, heads: 2, modFactor: factor)
          .network(for: Self.task)
      }?.description
    }
    let place = "architecture \"vit\": mod-factor: "
    #expect(
      message(0.5, 1) == place
        + "0.5 with 1 layers leaves tokens out of no block; expected a smaller one")
    #expect(message(-0.5, 4) == place + "-0.5; expected a number above 0")
    let coarse = #expect(throws: InputError.self) {
      try VisionTransformer(patch: 4, width: 8, layers: 4, heads: 2, modFactor: 0.5)
        .network(for: ImageTask(shape: [1, 8, 8], classes: 3))
    }?.description
    #expect(
      coarse == place
        + "0.5 keeps none of 4 tokens in a block; expected a larger one, or smaller patches")
  }
}

/// A routed block in loops, over nothing but the tokens that it keeps.
private struct PlainBlock {
  let architecture: VisionTransformer
  let name: String
  let values: [String: Tensor<Double>]

  init(_ network: Network, _ architecture: VisionTransformer, _ name: String) {
    (self.architecture, self.name) = (architecture, name)
    values = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.value) })
  }

  private func linear(_ x: [Double], _ part: String) -> [Double] {
    guard let weight = values["\(name).\(part).weight"] else { return [] }
    return (0..<weight.shape[1]).map { output in
      x.indices.reduce(values["\(name).\(part).bias"]?.scalars[output] ?? 0) {
        $0 + x[$1] * weight[$1, output]
      }
    }
  }

  private func joined(_ x: [Double], _ branch: [Double], divisor: Double) -> [Double] {
    let share = Double(Float(1 / Double(2 * architecture.layers) / divisor))
    let rest = Double(Float(1 - 1 / Double(2 * architecture.layers)))
    return zip(x, branch).map { architecture.residual == .plain ? $0 + $1 : rest * $0 + share * $1 }
  }

  func output(_ tokens: [[Double]], keeping kept: Int) -> [[Double]] {
    let router = values["\(name).router.weight"]?.scalars ?? []
    let scores = tokens.map { token in
      zip(token, router).reduce(values["\(name).router.bias"]?.scalars[0] ?? 0) { $0 + $1.0 * $1.1 }
    }
    let gates = scores.map { 1 + Double(Float(0.2)) * tanh($0) }
    let order = tokens.indices.sorted {
      scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
    }
    let places = order.prefix(kept).sorted()
    var result = tokens.indices.map { place in tokens[place].map { gates[place] * $0 } }
    let short = places.map { tokens[$0] }
    let head = architecture.width / architecture.heads
    let usual = architecture.residual == .plain ? 1 / Double(head).squareRoot() : 1 / Double(head)
    let scale = Double(Float(usual))
    let (keys, parts) = (short.map { linear($0, "keys") }, short.map { linear($0, "values") })
    for (token, place) in zip(short, places) {
      let query = linear(token, "queries")
      let mixed = (0..<architecture.width).map { feature in
        let own = feature / head * head..<(feature / head + 1) * head
        let sizes = keys.map { key in exp(scale * own.reduce(0) { $0 + query[$1] * key[$1] }) }
        return zip(sizes, parts).reduce(0) { $0 + $1.0 * $1.1[feature] } / sizes.reduce(0, +)
      }
      let middle = joined(token, linear(mixed, "mixing"), divisor: 3)
      let bent = linear(middle, "rising").map {
        architecture.activation == .relu ? max(0, $0) : 0.5 * $0 * erfc(-$0 / 2.0.squareRoot())
      }
      result[place] = joined(
        middle, linear(bent, "falling").map { $0 * gates[place] },
        divisor: architecture.activation == .relu ? 1 : 1.12891)
    }
    return result
  }
}
