import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// Factors that overflow or vanish on the way, which no relative charge covers.
@Suite struct ExtremeFactorTests {
  /// A normalisation of the input whose factor is 1, by numbers of some size.
  private func network(_ scale: Double, _ variance: Double, epsilon: Double) throws -> Network {
    var network = Network(input: [1, 1])
    func parameter(_ value: Double) -> ParameterID {
      network.addParameter("p\(network.parameters.count)", Tensor([1], [value]))
    }
    try network.add(
      BatchNormalization(
        scale: parameter(scale), bias: parameter(0), mean: parameter(0),
        variance: parameter(variance), epsilon: epsilon, rank: 2), [0])
    try network.add(ReLU(), [1])
    return network
  }

  private func upper<S: TensorScalar>(_ network: Network, as type: S.Type) throws -> Double {
    let state = try Bounder<Tensor<S>>(network).intervals(
      over: InputSet([Region(lower: [0], upper: [1])], shape: [1, 1]))
    return state.intervals[network.output]?.upper.valuesAbove.scalars[0] ?? .nan
  }

  @Test(
    "A normalisation whose sum overflows in float32, or whose factor vanishes there, is refused; doubles have room"
  )
  func normalizations() throws {
    let overflowing = try network(Double(Float(2.4e19)), 3e38, epsilon: 3e38)
    let vanishing = try network(1e-30, 1e32, epsilon: 0)
    for network in [overflowing, vanishing] {
      let error = #expect(throws: Unsupported.self) { try upper(network, as: Float.self) }
      #expect(error?.description.contains("float32") == true)
      _ = try upper(network, as: Double.self)
    }
    #expect(try upper(overflowing, as: Double.self) > 0.9)
    #expect(throws: Unsupported.self) {
      try upper(network(1e-300, 1e300, epsilon: 0), as: Double.self)
    }
    #expect(try upper(network(0, 1, epsilon: 1e-5), as: Float.self) < 1e-6)
    #expect(try upper(network(1, 1, epsilon: 1e-5), as: Float.self) >= 0.999)
  }

  @Test("What is divided by a number beyond single precision is refused there")
  func quotients() throws {
    var network = Network(input: [1, 1])
    let huge = network.addParameter("c", Tensor([1], [1e39]))
    try network.add(MultiplyConstant(huge, isQuotient: true), [0])
    #expect(throws: Unsupported.self) { try upper(network, as: Float.self) }
    #expect(try upper(network, as: Double.self) >= 1e-39)
  }

  @Test("Weights that would vanish or overflow where factors are folded into them keep them beside")
  func foldedProducts() throws {
    for factor in [1e-200, 1e200] {
      var network = Network(input: [1, 1, 1, 1])
      let kernel = network.addParameter("w", Tensor([1, 1, 1, 1], [factor]))
      let constant = network.addParameter("c", Tensor([1, 1, 1, 1], [factor]))
      try network.add(MultiplyConstant(constant), [0])
      try network.add(Convolution(weight: kernel), [1])
      #expect(network.simplified().nodes.count == 3)
    }
  }

  @Test("A constant that cancels on its way is not taken for what doubles make of it")
  func constants() throws {
    for (numbers, sum, isFolded) in [
      ([0x1p60, 1, -0x1p60], 1.0, false), ([0.5, 1, 0.25], 1.75, true),
    ] {
      let exact = 1 + sum
      var network = Network(input: [1, 1])
      let values = network.addParameter("c", Tensor([1, 3], numbers))
      let ones = network.addParameter("ones", Tensor([3, 1], [1, 1, 1]))
      let constant = try network.add(Constant(values), [0])
      let sum = try network.add(Linear(weight: ones), [constant])
      try network.add(Add(), [0, sum])
      let simplified = network.simplified()
      #expect(simplified.nodes.contains { $0.operation is Constant } == !isFolded)
      #expect(try upper(simplified, as: Double.self) >= exact)
      #expect(try upper(simplified, as: Float.self) >= exact)
    }
  }

  @Test("Rows over known intervals that meet such a factor prove nothing")
  func knownIntervals() throws {
    let network = try network(1e-30, 1e32, epsilon: 0)
    let inputs = InputSet<Tensor<Float>>([try Region(lower: [0], upper: [1])], shape: [1, 1])
    let one = Interval<Tensor<Float>>(
      lower: Tensor([1, 1, 1], [0]), upper: Tensor([1, 1, 1], [1]))
    for known in [[nil, nil, nil], [one, one, one]] as [[Interval<Tensor<Float>>?]] {
      let state = Bounder<Tensor<Float>>(network).state(over: inputs, intervals: known)
      #expect(state.pass.prices[1].scale == .infinity)
    }
  }

  @Test("A normalisation that overflows in doubles, too, is not folded")
  func doubles() throws {
    for (scale, variance, epsilon) in [(1e154, 1e308, 1e308), (1e-300, 1e300, 0.0)] {
      var network = Network(input: [1, 1, 1, 1])
      func parameter(_ value: Double) -> ParameterID {
        network.addParameter("p\(network.parameters.count)", Tensor([1], [value]))
      }
      let kernel = network.addParameter("w", Tensor([1, 1, 1, 1], [1]))
      try network.add(Convolution(weight: kernel), [0])
      try network.add(
        BatchNormalization(
          scale: parameter(scale), bias: parameter(0), mean: parameter(0),
          variance: parameter(variance), epsilon: epsilon), [1])
      #expect(network.simplified().nodes.count == 3)
    }
  }

  @Test("A constant that vanishes on its way, or whose error is no number, is not folded")
  func vanishingConstants() throws {
    for number in [1e-200, 1e200] {
      var network = Network(input: [1, 1])
      let value = network.addParameter("c", Tensor([1, 1], [number]))
      let constant = try network.add(Constant(value), [0])
      let square = try network.add(Multiply(), [constant, constant])
      try network.add(Add(), [0, square])
      #expect(network.simplified().nodes.contains { $0.operation is Constant })
    }
  }

  @Test("What an added constant is off by is charged beside the sum's own rounding")
  func addedConstants() throws {
    var network = Network(input: [1, 4])
    let constant = network.addParameter(
      "c", Tensor(repeating: 1, [1, 4]), error: ParameterError(roundings: 1 << 20))
    try network.add(AddConstant(constant), [0])
    let state = try Bounder<Tensor<Double>>(network).intervals(
      over: InputSet([Region(lower: [0, 0, 0, 0], upper: [0, 0, 0, 0])], shape: [1, 4]))
    let interval = try #require(state.intervals[1])
    #expect(interval.lower.scalars.allSatisfy { $0 <= 1 - 0x1p-33 })
    #expect(interval.upper.scalars.allSatisfy { $0 >= 1 + 0x1p-33 })
    let functions = OutputFunctions<Tensor<Double>>.outputsAndNegations(4, examples: 1)
    let bounds = try Bounder<Tensor<Double>>(network).lowerBounds(
      of: functions,
      over: InputSet([Region(lower: [0, 0, 0, 0], upper: [0, 0, 0, 0])], shape: [1, 4]),
      by: .crown)
    #expect(bounds.lower.scalars.prefix(4).allSatisfy { $0 <= 1 - 0x1p-33 })
  }
}
