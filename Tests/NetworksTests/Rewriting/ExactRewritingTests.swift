import Networks
import Tensors
import TestSupport
import Testing

/// A step of a chain: the node before plus or times a number, or over it.
private enum Link {
  case plus(Double)
  case times(Double)
  case over(Double)
  case negated
  case function(any Operation)

  func add(to builder: inout NetworkBuilder) throws {
    func constant(_ value: Double) -> ParameterID {
      builder.network.addParameter("c\(builder.network.parameters.count)", Tensor([1], [value]))
    }
    switch self {
    case .plus(let value): try builder.add(AddConstant(constant(value)))
    case .times(let value): try builder.add(MultiplyConstant(constant(value)))
    case .over(let value): try builder.add(MultiplyConstant(constant(value), isQuotient: true))
    case .negated: try builder.add(Negate())
    case .function(let operation): try builder.add(operation)
    }
  }
}

/// `x` times what a chain makes of it.
private func gated(_ links: [Link]) throws -> Network {
  var builder = NetworkBuilder(input: [1, 2], seed: 1)
  for link in links { try link.add(to: &builder) }
  try builder.add(Multiply(), 0, builder.last)
  return builder.network
}

@Suite("Rewriting takes no rounded constant for an exact one")
struct ExactRewritingTests {
  private func isRecognized(_ network: Network) -> Bool {
    network.simplified().nodes.contains { $0.operation is Gelu || $0.operation is GatedLinear }
  }

  @Test("Gates as exporters write them are recognised")
  func usual() throws {
    let root = Double(Float(2.0.squareRoot()))
    #expect(
      try isRecognized(
        gated([.over(root), .function(Erf()), .plus(1), .times(0.5)])))
    #expect(
      try isRecognized(
        gated([.times(Double(Float(0.5.squareRoot()))), .function(Erf()), .plus(1)])))
    #expect(try isRecognized(gated([.times(1.702), .function(Sigmoid())])))
    #expect(try isRecognized(gated([.function(Sigmoid()), .times(0.3)])))
    #expect(try isRecognized(gated([.function(Erf()), .times(0.5), .plus(0.5)])))
  }

  @Test(
    "What is a gate only after its constants are rounded stays as it is",
    arguments: 0..<9)
  func rounded(_ index: Int) throws {
    let third = 1.0 / 3
    let cases: [[Link]] = [
      // 1 + 1e-17 is 1 in doubles.
      [.function(Erf()), .plus(1), .plus(1e-17)],
      [.function(Sigmoid()), .plus(-1), .plus(1), .plus(1e-17)],
      // What cancels only in exact arithmetic.
      [.plus(-1e17), .plus(1e17), .plus(5), .function(Erf()), .plus(1)],
      [.function(Erf()), .plus(1), .plus(-0x1p100), .plus(1000), .plus(0x1p100)],
      // Products that vanish, or whose rounding a sum would show.
      [.function(Erf()), .plus(1), .times(1e300), .times(1e-160), .times(1e-165), .plus(0)],
      [.function(Erf()), .plus(1), .times(1e-200), .times(1e-200)],
      [.function(Erf()), .over(3), .plus(third)],
      [.function(Erf()), .times(3), .times(third), .plus(1)],
      [.function(Erf()), .times(third), .negated, .plus(-third.nextUp)],
    ]
    let network = try gated(cases[index])
    // The fifth is a gate whose factors lie within the numbers if taken in another order; either reading of it is right.
    if index != 4 { #expect(!isRecognized(network)) }
    let parameters = { (network: Network) in network.parameters(as: Tensor<Double>.self) }
    for point in [-10.0, -1, 0, 0.5, 3] {
      let x = Tensor<Double>([1, 1, 2], [point, point])
      let simplified = network.simplified()
      let (a, b) = (
        network.evaluate(x, parameters(network)).scalars[0],
        simplified.evaluate(x, parameters(simplified)).scalars[0]
      )
      #expect(abs(a - b) <= 1e-12 * max(abs(a), 1e-300), "\(index) at \(point): \(a) \(b)")
    }
  }

  @Test("A constant that a bias would swallow stays beside it")
  func biases() throws {
    var builder = NetworkBuilder(input: [1, 2], seed: 2)
    let weight = builder.network.addParameter("w", Tensor([2, 2], [1, 0, 0, 1]))
    try builder.add(Linear(weight: weight))
    for value in [1e17, 7, -1e17] {
      try builder.add(
        AddConstant(builder.network.addParameter("c\(value)", Tensor([1], [value]))))
    }
    let simplified = builder.network.simplified()
    #expect(simplified.nodes.count { $0.operation is AddConstant } == 2)
    // Exact sums are folded as ever.
    var exact = NetworkBuilder(input: [1, 2], seed: 2)
    let own = exact.network.addParameter("w", Tensor([2, 2], [1, 0, 0, 1]))
    try exact.add(Linear(weight: own))
    for value in [0.5, 7.25] {
      try exact.add(AddConstant(exact.network.addParameter("c\(value)", Tensor([1], [value]))))
    }
    let folded = exact.network.simplified()
    #expect(folded.nodes.count == 2)
  }

  @Test("A normalisation whose shift is what is left of far larger numbers stays one")
  func normalizations() throws {
    func network(mean: Double) throws -> Network {
      var builder = NetworkBuilder(input: [1, 2, 2, 2], seed: 3)
      try builder.convolution(2, kernel: 1, .init())
      func vector(_ name: String, _ value: Double) -> ParameterID {
        builder.network.addParameter(name, Tensor(repeating: value, [2]))
      }
      let (scale, variance) = (vector("scale", 1), vector("variance", 1))
      let bias = vector("bias", mean == 0 ? 0.25 : mean + 0.5)
      try builder.add(
        BatchNormalization(
          scale: scale, bias: bias, mean: vector("mean", mean), variance: variance, epsilon: 0))
      return builder.network
    }
    func isFolded(_ network: Network) -> Bool {
      !network.simplified().nodes.contains { $0.operation is BatchNormalization }
    }
    #expect(try isFolded(network(mean: 0)))
    #expect(try isFolded(network(mean: 100)))
    #expect(try !isFolded(network(mean: 1e8)))
  }

  @Test("Tables that repeat one token's features are no turn")
  func repeatedTokens() throws {
    var network = Network(input: [1, 1, 4])
    let table = network.addParameter("table", Tensor(repeating: 0.5, [3, 4]))
    let kept = try network.add(MultiplyConstant(table), [0])
    let swapped = try network.add(Selection(axis: 2, indices: [2, 3, 0, 1]), [0])
    let turned = try network.add(MultiplyConstant(table), [swapped])
    try network.add(Add(), [kept, turned])
    #expect(network.outputShape == [1, 3, 4])
    #expect(!network.recognizingAttention().nodes.contains { $0.operation is RotaryPositions })
  }

  @Test("Scales of attention are multiplied only as far as that is exact")
  func scales() throws {
    let architecture = LipschitzTransformer(
      vocabulary: 3, tokens: 4, width: 8, blocks: 1, heads: 2)
    func recognized(_ factors: [Double]) throws -> Bool {
      let plain = try architecture.network().expandingAttention()
      // Stand factors in the place of the scale.
      var rebuilt = Network(input: plain.inputShape)
      var place = [0]
      for node in plain.nodes.dropFirst() {
        guard let operation = node.operation else { continue }
        let moved = operation.movingParameters { id in
          rebuilt.addParameter(
            plain.parameters[id.index].name, plain.parameters[id.index].value)
        }
        var added = try rebuilt.add(moved, node.inputs.map { place[$0] }, named: node.name)
        if operation is MultiplyConstant, node.shape == [1, 2, 4, 4] {
          for factor in factors {
            let id = rebuilt.addParameter("f", Tensor([1], [factor]))
            added = try rebuilt.add(MultiplyConstant(id), [added])
          }
        }
        place.append(added)
      }
      return rebuilt.recognizingAttention().nodes.contains { $0.operation is Attention }
    }
    #expect(try recognized([]))
    #expect(try recognized([0.5, 4]))
    #expect(try !recognized([1.0 / 3, 1.0 / 7]))
    let extreme =
      [Double](repeating: 0x1p1000, count: 2) + [Double](repeating: 0x1p-1000, count: 2)
    #expect(try !recognized(extreme))
  }
}
