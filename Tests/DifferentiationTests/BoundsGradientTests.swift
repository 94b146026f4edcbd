import Bounds
import Differentiation
import Networks
import Properties
import Tensors
import TestSupport
import Testing

/// A kind of small network that certified training trains.
enum TrainedNetwork: String, CaseIterable, Sendable {
  case layers, normalized, residual, pooled, grouped

  var inputShape: Shape { self == .layers ? [1, 5] : [1, 2, 6, 5] }

  func network(seed: UInt64) throws -> Network {
    var net = RandomNetwork(input: inputShape, seed: seed)
    switch self {
    case .layers:
      for width in [7, 6] {
        try net.linear(width)
        try net.add(ReLU())
      }
    case .normalized:
      try net.convolution(3)
      try net.normalization()
      try net.add(ReLU())
      try net.convolution(4, .init(stride: [2, 2], padding: [1, 1, 1, 1]))
      try net.normalization()
      try net.add(ReLU())
      try net.flatten()
      try net.linear(5)
      try net.normalization()
      try net.add(ReLU())
    case .residual:
      try net.convolution(3)
      let skip = try net.add(ReLU())
      try net.convolution(3)
      try net.normalization()
      try net.add(ReLU())
      try net.convolution(3)
      try net.add(Add(), net.last, skip)
      try net.add(ReLU())
      try net.flatten()
    case .pooled:
      try net.convolution(3)
      try net.add(ReLU())
      try net.add(AveragePool(.init(size: [2, 2], geometry: .init(stride: [2, 2]))))
      try net.convolution(3)
      try net.add(ReLU())
      try net.flatten()
    case .grouped:
      try net.convolution(4)
      try net.add(ReLU())
      try net.convolution(4, .init(padding: [1, 1, 1, 1], groups: 2))
      try net.add(ReLU())
      try net.flatten()
    }
    try net.linear(3)
    return net.network
  }
}

/// Builds networks with random weights.
private struct RandomNetwork {
  var network: Network
  var random: SplitMix64
  private(set) var last = 0

  init(input shape: Shape, seed: UInt64) {
    network = Network(input: shape)
    random = SplitMix64(seed: seed)
  }

  private var shape: Shape { network.nodes[last].shape }

  mutating func parameter(_ shape: Shape, _ range: ClosedRange<Double> = -0.6...0.6) -> ParameterID
  {
    network.addParameter(
      "p\(network.parameters.count)", randomTensor(shape, in: range, &random))
  }

  @discardableResult
  mutating func add(_ operation: any Networks.Operation, _ inputs: Int...) throws -> Int {
    last = try network.add(operation, inputs.isEmpty ? [last] : inputs)
    return last
  }

  mutating func linear(_ outputs: Int) throws {
    let weight = parameter([shape[-1], outputs])
    try add(Linear(weight: weight, bias: parameter([outputs])))
  }

  mutating func convolution(
    _ outputs: Int, _ geometry: ConvolutionGeometry = .init(padding: [1, 1, 1, 1])
  ) throws {
    let weight = parameter([outputs, shape[1] / geometry.groups, 3, 3])
    try add(Convolution(weight: weight, bias: parameter([outputs]), geometry: geometry))
  }

  mutating func normalization() throws {
    let channels: Shape = [shape[1]]
    try add(
      BatchNormalization(
        scale: parameter(channels), bias: parameter(channels), mean: parameter(channels),
        variance: parameter(channels, 0.2...1), rank: shape.rank))
  }

  mutating func flatten() throws { try add(Reshape(to: [1, shape.count])) }
}

@Suite("The gradient of a bound by the weights agrees with central differences")
struct BoundsGradientTests {
  /// Lower bounds of the margins of a few examples, with the parameters given.
  private func margins<T: BackwardAlgebra>(
    _ network: Network, _ parameters: [T], _ method: BoundMethod, seed: UInt64
  ) throws -> T {
    var random = SplitMix64(seed: seed)
    let examples = 3
    let center = randomTensor(
      Shape([examples] + network.inputShape.dimensions), in: -1...1, &random)
    let box = Interval(lower: T(center + -0.1), upper: T(center + 0.1))
    let bounder = Bounder(network, parameters: Parameters(parameters))
    let state = try bounder.intervals(over: InputSet(box: box))
    let margins = OutputFunctions<T>.margins(labels: [0, 2, 1], classes: 3)
    return method == .ibp
      ? try bounder.intervalLowerBounds(of: margins, state)
      : try bounder.lowerBounds(of: margins, state)
  }

  @Test("IBP and CROWN-IBP margins", arguments: TrainedNetwork.allCases, 0..<2 as Range<UInt64>)
  func margins(_ kind: TrainedNetwork, seed: UInt64) throws {
    let network = try kind.network(seed: seed)
    let weights = network.parameters.map(\.value)
    for method in [BoundMethod.ibp, .crownIBP] {
      let variables = weights.map { Dual.variable($0) }
      let bounds = try margins(network, variables, method, seed: seed)
      // The same bounds as certification computes, by other kernels.
      let certified = try margins(network, weights, method, seed: seed)
      #expect(
        largestRelativeDifference(bounds.base.scalars, certified.scalars, floor: 1) < 1e-12)
      var random = SplitMix64(seed: seed + 50)
      let rows = randomTensor(bounds.shape, in: 0.5...1, &random)
      let gradients = bounds.gradients(of: variables, seed: rows)
      for (index, gradient) in gradients.enumerated() {
        #expect(gradient.shape == weights[index].shape)
        #expect(gradient.scalars.contains { $0 != 0 }, "\(method), parameter \(index)")
        // Some elements of each parameter are enough, as all are computed alike.
        for element in Set((0..<6).map { _ in Int.random(in: 0..<gradient.count, using: &random) })
        {
          func value(_ shift: Double) throws -> Double {
            var moved = weights
            moved[index].withMutableElements { $0[element] += shift }
            let bounds = try margins(network, moved, method, seed: seed)
            return zip(bounds.scalars, rows.scalars).reduce(0) { $0 + $1.0 * $1.1 }
          }
          let difference = try (value(1e-6) - value(-1e-6)) / 2e-6
          #expect(
            abs(gradient.scalars[element] - difference) < 1e-6 * max(1, abs(difference)),
            "\(method), seed \(seed), parameter \(index), element \(element)")
        }
      }
    }
  }

  @Test("A gradient by the input box is the bound's own")
  func byTheInput() throws {
    let network = try TrainedNetwork.layers.network(seed: 3)
    let parameters = network.parameters(as: Dual.self)
    var random = SplitMix64(seed: 4)
    let center = randomTensor([1, 1, 5], in: -1...1, &random)
    let functions = OutputFunctions<Dual>.margins(labels: [1], classes: 3)
    func bounds(_ x: Dual, _ radius: Dual) throws -> Dual {
      let box = Interval(center: x, radius: radius)
      let bounder = Bounder(network, parameters: parameters)
      return try bounder.intervalLowerBounds(
        of: functions, bounder.intervals(over: InputSet(box: box)))
    }
    let (x, radius) = (Dual.variable(center), Dual.variable(Values(repeating: 0.2, center.shape)))
    let result = try bounds(x, radius)
    let gradients = result.gradients(of: [x, radius], seed: Values(repeating: 1, result.shape))
    #expect(gradients[0].scalars.contains { $0 != 0 })
    // A larger box never has a larger lower bound.
    #expect(gradients[1].scalars.allSatisfy { $0 <= 0 })
  }

  @Test("A point at a kink has finite bounds and gradients in single precision")
  func pointAtKink() throws {
    // Without a bias every layer maps 0 to 0, the interval without width at which a chord has no slope.
    var network = Network(input: [1, 2])
    let weight = network.addParameter("weight", Values([2, 2], [1, -1, 0.5, 1]))
    try network.add(Linear(weight: weight), [0])
    try network.add(ReLU(), [1])
    try network.add(Linear(weight: weight), [2])
    func check<T: BackwardAlgebra>(_ type: T.Type) throws {
      let zero = Tracked<T>.variable(T(Values(repeating: 0, [1, 1, 2])))
      let weights = Tracked<T>.variable(T(network.parameters[0].value * 1e6))
      let bounder = Bounder(network, parameters: Parameters([weights]))
      let bounds = try bounder.lowerBounds(
        of: .margins(labels: [0], classes: 2),
        bounder.intervals(over: InputSet(box: Interval(lower: zero, upper: zero))))
      #expect(bounds.values.scalars == [0])
      for gradient in bounds.gradients(of: [weights, zero]) { #expect(gradient.values.isFinite) }
    }
    try check(Values.self)
    try check(Tensor<Float>.self)
  }
}
