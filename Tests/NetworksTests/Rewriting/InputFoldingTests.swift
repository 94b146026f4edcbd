import Networks
import Tensors
import TestSupport
import Testing

@Suite("Normalisation of the input folds into the first convolution")
struct InputFoldingTests {
  /// `(x + shift) / scale`, then a convolution.
  private func network(seed: UInt64, groups: Int, padding: Int, hasBias: Bool) throws -> Network {
    var random = SplitMix64(seed: seed)
    var network = Network(input: [1, 4, 6, 6], named: "image")
    let shift = network.addParameter("mean", random.tensor([1, 4, 1, 1]))
    let scale = network.addParameter("std", random.tensor([4, 1, 1]).scaled(by: 0.2, adding: 0.5))
    let weight = network.addParameter("w", random.tensor([8, 4 / groups, 3, 3]))
    let bias = network.addParameter("b", random.tensor([8]))
    try network.add(AddConstant(shift), [0])
    try network.add(MultiplyConstant(scale, isQuotient: true), [1])
    try network.add(
      Convolution(
        weight: weight, bias: hasBias ? bias : nil,
        geometry: .init(padding: [Int](repeating: padding, count: 4), groups: groups)), [2])
    return network
  }

  @Test("Scale and shift fold without padding, the scale alone with it", arguments: 0..<12)
  func folding(seed: Int) throws {
    let padding = seed % 2
    let network = try network(
      seed: UInt64(seed), groups: [1, 2, 4][seed % 3], padding: padding, hasBias: seed < 6)
    let simple = network.simplified()
    #expect(
      simple.nodes.map { $0.operation?.name }
        == (padding == 0 ? [nil, "Conv"] : [nil, "AddConstant", "Conv"]))
    var random = SplitMix64(seed: 99)
    let x = random.tensor([3, 1, 4, 6, 6])
    let expected = network.evaluate(x, network.parameters(as: Tensor<Double>.self)).scalars
    let found = simple.evaluate(x, simple.parameters(as: Tensor<Double>.self)).scalars
    #expect(largestRelativeDifference(found, expected, floor: 1) < 1e-12)
  }

  @Test("What something else reads too, or what is not one number a channel, stays")
  func staying() throws {
    var random = SplitMix64(seed: 2)
    var network = Network(input: [1, 2, 4, 4])
    let scale = network.addParameter("scale", random.tensor([1, 2, 1, 1]))
    let pixels = network.addParameter("pixels", random.tensor([1, 2, 4, 4]))
    let weight = network.addParameter("w", random.tensor([2, 2, 1, 1]))
    let scaled = try network.add(MultiplyConstant(scale), [0])
    let first = try network.add(Convolution(weight: weight), [scaled])
    let sum = try network.add(Add(), [first, scaled])
    let each = try network.add(MultiplyConstant(pixels), [sum])
    try network.add(Convolution(weight: weight), [each])
    #expect(network.simplified().nodes.count == network.nodes.count)
  }
}
