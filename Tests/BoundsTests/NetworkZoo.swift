import Networks
import Tensors
import TestSupport

/// A kind of small network; together they contain every operation.
enum ZooNetwork: String, CaseIterable, Sendable {
  case residual, sShaped, positive, powers, waves, steps, gated, attention, pooled, moved
  case attentionWithReLU, gatedWithReLU, sequence, volume, resampled
  case limits, gates, compared, normalized, shares, quantized, withConstants, angles, steppedAngles
  case turned, routed

  func network(seed: UInt64) throws -> Network {
    var net = NetworkBuilder(input: inputShape, seed: seed)
    switch self {
    case .residual:
      try net.convolution(3, kernel: 3)
      try net.normalization()
      let skip = try net.add(ReLU())
      try net.convolution(3, kernel: 3)
      try net.add(ReLU())
      try net.convolution(3, kernel: 3)
      try net.add(Add(), net.last, skip)
      try net.add(ReLU())
      try net.convolution(4, kernel: 2, .init(stride: [2, 2]))
      try net.add(LeakyReLU(slope: 0.125))
      try net.flatten()
    case .turned:
      try net.linear(8)
      let (cosines, sines) = (net.parameter([3, 8], -1...1), net.parameter([3, 8], -1...1))
      try net.add(RotaryPositions(cosines: cosines, sines: sines, heads: 2))
      try net.add(ReLU())
      try net.add(RotaryPositions(cosines: cosines, sines: sines, heads: 4))
      try net.add(Tanh())
      try net.flatten()
    case .sShaped:
      try net.linear(7)
      try net.add(Sigmoid())
      try net.linear(6)
      try net.add(Tanh())
      try net.linear(6)
      try net.add(Erf())
    case .positive:
      try net.linear(6)
      try net.add(Exponential())
      try net.add(AddConstant(net.parameter([6], 0.3...1)))
      try net.add(Logarithm())
      try net.linear(5)
      try net.add(Magnitude())
      try net.add(AddConstant(net.parameter([1], 0.3...1)))
      try net.add(SquareRoot())
      try net.add(Reciprocal())
    case .powers:
      try net.linear(6)
      let x = try net.add(Power(exponent: 2))
      try net.add(Power(exponent: 1.5))
      let y = try net.add(Power(exponent: 3), 1)
      try net.add(Add(isDifference: true), x, y)
      try net.linear(4)
      try net.add(LeakyReLU(slope: 1.5))
    case .waves:
      try net.linear(5)
      let x = try net.add(Sine())
      let y = try net.add(Cosine(), 1)
      try net.add(Concatenate(axis: 1), x, y)
      try net.linear(4)
      try net.add(Cosine())
    case .steps:
      try net.linear(6)
      let x = try net.add(Sign())
      try net.add(MultiplyConstant(net.parameter([6], 2...3)), 1)
      let y = try net.add(Floor())
      try net.add(Add(), x, y)
    case .quantized:
      try net.linear(6)
      try net.add(MultiplyConstant(net.parameter([6], 4...6)))
      try net.add(RoundedClamp(least: -3, largest: 4))
      try net.linear(4)
    case .withConstants:
      let x = try net.linear(5)
      let scale = try net.add(Constant(net.parameter([1, 5], -1...1)), 0)
      try net.add(Exponential())
      try net.add(Multiply(), x, net.last)
      try net.add(Add(), net.last, scale)
      try net.add(ReLU())
      try net.linear(4)
    case .gated:
      let x = try net.linear(5)
      let y = try net.linear(5, from: 0)
      try net.add(Sigmoid())
      let gated = try net.add(Multiply(), x, net.last)
      try net.add(Reduce(axes: [1], keepingAxes: true, isMean: true), y)
      try net.add(Multiply(), gated, net.last)
      try net.add(Reshape(to: [5]), net.last)
      try net.add(Multiply(), gated, net.last)
    case .attention: try attention(&net)
    case .attentionWithReLU:
      try net.linear(12)
      try net.add(ReLU())
      try attention(&net)
    case .gatedWithReLU:
      try net.linear(5)
      try net.add(ReLU())
      let x = try net.linear(5)
      try net.linear(5, from: 0)
      let y = try net.add(ReLU())
      try net.add(Multiply(), x, y)
    case .limits, .gates, .compared, .normalized, .shares, .angles, .steppedAngles, .routed:
      try nonlinear(&net)
    case .pooled:
      try net.convolution(3, kernel: 3)
      try net.add(
        MaxPool(.init(size: [2, 2], geometry: .init(stride: [2, 2]))))
      try net.convolution(4, kernel: 3)
      try net.add(LeakyReLU(slope: 0.25))
      try net.add(
        MaxPool(.init(size: [3, 3], geometry: .init(stride: [1, 1], padding: [1, 1, 1, 1]))))
      try net.add(AveragePool(.init(size: [2, 2], geometry: .init(stride: [1, 1]))))
      try net.flatten()
    case .sequence:
      try net.add(
        MaxPool(PoolingWindow(size: [3], stride: [3], padding: [1, 0], roundsUp: true)))
      try net.linear(5)
      try net.add(ReLU())
      try net.add(
        AveragePool(PoolingWindow(size: [2], stride: [2], padding: [1, 1], roundsUp: true)))
      try net.flatten()
    case .volume:
      try net.add(MultiplyConstant(net.parameter([1, 2, 3, 4, 4])))
      try net.add(
        MaxPool(
          PoolingWindow(size: [2, 2, 2], stride: [2, 1, 2], dilation: [1, 2, 1], roundsUp: true)))
      try net.add(AddConstant(net.parameter([2, 1, 1, 1])))
      try net.add(ReLU())
      try net.add(
        AveragePool(
          PoolingWindow(size: [2, 2, 2], stride: [1, 2, 2], padding: [0, 0, 0, 1, 1, 1]),
          countsPadding: true))
      try net.flatten()
    case .resampled:
      try net.convolution(2, kernel: 3)
      try net.add(ReLU())
      try net.add(
        Resampling(
          axis: 2,
          sums: [
            [.init(0, 1.1), .init(1, -0.1)], [.init(1, 0.5), .init(2, 0.5)], [],
            [.init(0, -0.25), .init(2, 0.5), .init(3, 0.75)], [.init(3, 1)],
          ]))
      try net.convolution(2, kernel: 2, .init(stride: [2, 2]))
      try net.add(ReLU())
      try net.add(Resampling(axis: 3, sums: [[.init(1, 1.5), .init(0, -0.5)], [.init(0, 1)]]))
      try net.flatten()
    case .moved:
      let x = try net.convolution(4, kernel: 3, .init(padding: [1, 1, 1, 1], groups: 1))
      try net.add(ReLU())
      try net.convolution(4, kernel: 3, .init(padding: [1, 1, 1, 1], groups: 2))
      try net.add(Negate())
      let y = try net.add(MultiplyConstant(net.parameter([4, 1, 1], 1...2), isQuotient: true))
      try net.add(Add(), x, y)
      try net.add(Tanh())
      let weight = net.parameter([4, 2, 2, 2])
      try net.add(
        TransposedConvolution(
          weight: weight, bias: net.parameter([2]), geometry: .init(stride: [2, 2])))
      try net.add(Transpose([0, 2, 3, 1]))
      try net.add(Selection(axis: 1, indices: [3, -1, 0, 2, 2]))
      try net.add(ReLU())
      try net.add(Reduce(axes: [2], keepingAxes: false, isMean: false))
      try net.flatten()
    }
    try net.linear(3)
    return net.network
  }

  private func attention(_ net: inout NetworkBuilder) throws {
    let x = try net.add(Reshape(to: [1, 3, 4]), net.last)
    func heads(_ node: Int, _ permutation: [Int]) throws -> Int {
      try net.linear(4, from: node)
      try net.add(Reshape(to: [1, 3, 2, 2]))
      return try net.add(Transpose(permutation))
    }
    let query = try heads(x, [0, 2, 1, 3])
    let key = try heads(x, [0, 2, 3, 1])
    let value = try heads(x, [0, 2, 1, 3])
    try net.add(MatrixProduct(), query, key)
    let weights = try net.add(Softmax(axis: 3))
    try net.add(MatrixProduct(), weights, value)
    try net.add(Transpose([0, 2, 1, 3]))
    try net.add(Reshape(to: [1, 3, 4]))
    try net.add(Add(), net.last, x)
    try net.linear(4)
    try net.add(Softmax(axis: 1))
    try net.flatten()
  }

  var inputShape: Shape {
    switch self {
    case .residual, .pooled: [1, 2, 6, 6]
    case .moved, .resampled: [1, 2, 4, 4]
    case .sequence: [1, 2, 8]
    case .turned, .routed: [1, 3, 4]
    case .volume: [1, 2, 3, 4, 4]
    case .attention, .attentionWithReLU: [1, 12]
    default: [1, 4]
    }
  }
}
