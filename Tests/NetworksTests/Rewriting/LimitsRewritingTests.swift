import Networks
import Tensors
import TestSupport
import Testing

@Suite("Limits and gates are rewritten without loss")
struct LimitsRewritingTests {
  private func outputs(_ network: Network, _ x: Tensor<Double>) -> [Double] {
    network.evaluate(x, network.parameters(as: Tensor<Double>.self)).scalars
  }

  private func points(_ shape: Shape, seed: UInt64) -> Tensor<Double> {
    var random = SplitMix64(seed: seed)
    let batch = Shape([64] + shape.dimensions)
    return Tensor(batch, (0..<batch.count).map { _ in Double.random(in: -4...4, using: &random) })
  }

  private func limits() throws -> Network {
    var network = Network(input: [1, 6])
    var random = SplitMix64(seed: 3)
    func constant(_ network: inout Network, _ range: ClosedRange<Double>) -> ParameterID {
      network.addParameter(
        "c\(network.parameters.count)",
        Tensor([6], (0..<6).map { _ in Double.random(in: range, using: &random) }))
    }
    let clip = try network.add(Clip(lower: -1, upper: 2.5), [0])
    let lower = constant(&network, -3 ... -1)
    let upper = constant(&network, 0...3)
    let each = try network.add(ElementClip(lower: lower, upper: upper), [0])
    let leaky = try network.add(ParametricReLU(slope: constant(&network, -1...2)), [0])
    let steep = try network.add(LeakyReLU(slope: 40), [0])
    let maximum = try network.add(Maximum(), [clip, leaky])
    let minimum = try network.add(Maximum(isMinimum: true), [each, steep])
    try network.add(Add(), [maximum, minimum])
    return network
  }

  @Test("Written in ReLUs, limits compute the same")
  func inReLUs() throws {
    let network = try limits()
    let x = points([1, 6], seed: 1)
    let kept: [KeptOperations] = [[], [.leaky], [.maxima], [.leaky, .maxima]]
    for form in [network, network.computingDifferences()] {
      for kept in kept {
        let other = form.expressedInReLUs(keeping: kept)
        #expect(largestRelativeDifference(outputs(other, x), outputs(network, x), floor: 1) < 1e-14)
        let allowed = other.nodes.allSatisfy { node in
          guard let operation = node.operation else { return true }
          return operation is any AffineOperation || operation is ReLU
            || kept.contains(.leaky) && operation is LeakyReLU
            || kept.contains(.maxima) && operation is Maximum
        }
        #expect(allowed, "\(kept)")
      }
    }
  }

  @Test("A shift by a huge bound is not made", arguments: [0x1p21, 1e30])
  func hugeBoundsStay(bound: Double) throws {
    var network = Network(input: [3])
    try network.add(Clip(lower: -bound, upper: bound), [0])
    let lower = network.addParameter("c", Tensor([3], [-bound, 0, 1]))
    try network.add(ElementClip(lower: lower), [network.output])
    let other = network.expressedInReLUs()
    #expect(other.nodes.filter { $0.operation is Clip || $0.operation is ElementClip }.count == 2)
  }

  @Test("A maximum keeps numbers of very different size")
  func maximumKeepsDigits() throws {
    var network = Network(input: [2])
    let far = network.addParameter("far", Tensor([2], [-1e30, -1e-20]))
    let other = try network.add(AddConstant(far), [0])
    try network.add(Maximum(), [0, other])
    let x = Tensor<Double>([1, 2], [1e-25, 0.75])
    for form in [network, network.simplified(), network.expressedInReLUs(keeping: [.maxima])] {
      #expect(outputs(form, x) == [1e-25, 0.75])
    }
  }

  @Test("Differences become nodes once, and values stay")
  func differences() throws {
    var network = try limits()
    let choice = try network.add(Step(), [network.output])
    try network.add(Choose(), [choice, network.output - 1, 0])
    let once = network.computingDifferences()
    #expect(once.nodes.count > network.nodes.count)
    #expect(once.computingDifferences().nodes.count == once.nodes.count)
    let x = points([1, 6], seed: 2)
    #expect(outputs(once, x) == outputs(network, x))
  }

  @Test("A number times its own gate is one function")
  func gates() throws {
    func network(_ build: (inout Network) throws -> Void) throws -> Network {
      var network = Network(input: [1, 5])
      try build(&network)
      return network
    }
    func number(_ network: inout Network, _ value: Double) -> ParameterID {
      network.addParameter("n\(network.parameters.count)", Tensor([1], [value]))
    }
    let silu = try network {
      let scaled = try $0.add(MultiplyConstant(number(&$0, 1.7)), [0])
      try $0.add(Multiply(), [$0.add(Sigmoid(), [scaled]), 0])
    }
    let gelu = try network {
      let scaled = try $0.add(MultiplyConstant(number(&$0, 1.4142135), isQuotient: true), [0])
      let erf = try $0.add(Erf(), [scaled])
      let share = try $0.add(AddConstant(number(&$0, 1)), [erf])
      let product = try $0.add(Multiply(), [0, share])
      try $0.add(MultiplyConstant(number(&$0, 0.5)), [product])
    }
    let mish = try network {
      let gate = try $0.add(Tanh(), [$0.add(Softplus(), [0])])
      try $0.add(Multiply(), [0, gate])
    }
    let softplus = try network {
      let above = try $0.add(AddConstant(number(&$0, -20)), [0])
      let choice = try $0.add(Step(), [above])
      let sum = try $0.add(AddConstant(number(&$0, 1)), [$0.add(Exponential(), [0])])
      let smooth = try $0.add(Logarithm(), [sum])
      try $0.add(Choose(), [choice, 0, smooth])
    }
    for (form, name) in [(silu, "Swish"), (gelu, "Gelu"), (mish, "Mish"), (softplus, "Softplus")] {
      let other = form.simplified()
      #expect(other.nodes.count == 2 && other.nodes[1].operation?.name == name)
      let x = points([1, 5], seed: 4)
      #expect(largestRelativeDifference(outputs(other, x), outputs(form, x), floor: 1e-3) < 1e-11)
    }
    // A gate that reads another number is none.
    let other = try network {
      let shifted = try $0.add(AddConstant(number(&$0, 1)), [0])
      try $0.add(Multiply(), [0, $0.add(Sigmoid(), [shifted])])
    }
    #expect(other.simplified().nodes.contains { $0.operation is Multiply })
  }

  @Test("Logits are what a final softmax of all outputs reads")
  func logits() throws {
    var network = Network(input: [1, 4])
    let negated = try network.add(Negate(), [0])
    try network.add(Softmax(axis: 1), [negated])
    try network.add(Reshape(to: [4]), [network.output])
    let logits = try #require(network.withLogits())
    #expect(outputs(logits, Tensor([1, 1, 4], [1, 2, 3, 4])) == [-1, -2, -3, -4])
    #expect(logits.outputShape == network.outputShape)
    var rows = Network(input: [2, 2])
    try rows.add(Softmax(axis: 1), [0])
    #expect(rows.withLogits() == nil)
    #expect(try limits().withLogits() == nil)
  }
}
