import Networks
import Tensors
import TestSupport

extension ZooNetwork {
  /// Networks with limits, gates, choices, normalisations and shares.
  func nonlinear(_ net: inout NetworkBuilder) throws {
    switch self {
    case .limits: try limits(&net)
    case .gates: try gates(&net)
    case .compared: try compared(&net)
    case .angles: try angles(&net)
    case .steppedAngles: try steppedAngles(&net)
    case .routed: try routed(&net)
    case .normalized: try normalized(&net)
    default: try shares(&net)
    }
  }

  private func limits(_ net: inout NetworkBuilder) throws {
    try net.linear(6)
    let x = try net.add(Clip(lower: -0.5, upper: 0.75))
    try net.linear(6, from: 1)
    let y = try net.add(
      ElementClip(lower: net.parameter([6], -0.9 ... -0.2), upper: net.parameter([6], 0...0.8)))
    let bounded = try net.add(Maximum(), x, y)
    try net.linear(6, from: x)
    let z = try net.add(ParametricReLU(slope: net.parameter([6], -0.5...1.8)))
    try net.add(Maximum(isMinimum: true), bounded, z)
    try net.add(Clip(lower: -1e30))
    // What is never taken is far beyond what is.
    let far = net.parameter([1], -1e9 ... -1e8)
    let low = try net.add(AddConstant(far), net.last)
    try net.add(Maximum(), net.last - 1, low)
    finish(&net)
  }

  private func gates(_ net: inout NetworkBuilder) throws {
    try net.linear(6)
    let x = net.last
    var parts: [Int] = []
    for operation in [Gelu(), GatedLinear(), Mish(), HardSwish(), Softplus(), Elu()]
      as [any Operation]
    {
      try net.linear(3, from: x)
      parts.append(try net.add(operation))
    }
    var sum = parts[0]
    for part in parts.dropFirst() { sum = try net.add(Add(), sum, part) }
    try net.linear(4)
    try net.add(Softsign())
    try net.linear(4)
    try net.add(ArcTangent())
    finish(&net)
  }

  private func compared(_ net: inout NetworkBuilder) throws {
    let x = try net.linear(5)
    let y = try net.linear(5, from: 0)
    let difference = try net.add(Add(isDifference: true), x, y)
    let choice = try net.add(Step(), difference)
    let chosen = try net.add(Choose(), choice, x, y)
    try net.linear(5, from: y)
    try net.add(Shrink(threshold: 0.2, bias: 0.1))
    let shrunk = net.last
    let other = try net.add(Step(includesZero: true), shrunk)
    try net.add(Choose(), other, chosen, shrunk)
    finish(&net)
  }

  private func normalized(_ net: inout NetworkBuilder) throws {
    let x = try net.linear(5)
    let mean = try net.add(Reduce(axes: [1], keepingAxes: true, isMean: true))
    let distance = try net.add(Add(isDifference: true), x, mean)
    try net.add(Power(exponent: 2))
    try net.add(Reduce(axes: [1], keepingAxes: true, isMean: true))
    try net.add(AddConstant(net.parameter([1], 0.2...0.4)))
    let inverse = try net.add(Power(exponent: -0.5))
    try net.add(Multiply(), distance, inverse)
    finish(&net)
  }

  /// Functions of angles and their inverses, each where it is defined.
  private func angles(_ net: inout NetworkBuilder) throws {
    try net.linear(4)
    let x = try net.add(Tanh())
    let inside = try net.add(MultiplyConstant(net.parameter([4], 0.5...0.9)), x)
    var parts: [Int] = []
    for operation in [Tangent(), ArcSine(), ArcCosine(), AreaTangent(), AreaSine()]
      as [any Operation]
    {
      parts.append(try net.add(operation, inside))
    }
    for operation in [HyperbolicSine(), HyperbolicCosine()] as [any Operation] {
      try net.linear(4, from: 1)
      parts.append(try net.add(operation))
    }
    try net.add(Magnitude(), parts[6])
    try net.add(AddConstant(net.parameter([1], 0.3...0.5)))
    parts.append(try net.add(AreaCosine()))
    var sum = parts[0]
    for part in parts.dropFirst() { sum = try net.add(Add(), sum, part) }
    finish(&net)
  }

  private func steppedAngles(_ net: inout NetworkBuilder) throws {
    let x = try net.linear(4)
    let y = try net.add(MultiplyConstant(net.parameter([4], 2...4)), x)
    let rounded = try net.add(RoundToEven(), y)
    let rest = try net.add(Remainder(divisor: 0.75), y)
    let isZero = try net.add(IsZero(), x)
    let sum = try net.add(Add(), rounded, rest)
    try net.add(Add(), sum, isZero)
    finish(&net)
  }

  /// Two of three tokens go through a layer, the third is multiplied by its gate.
  private func routed(_ net: inout NetworkBuilder) throws {
    let x = try net.linear(4)
    let products = try net.add(MultiplyConstant(net.parameter([4])))
    try net.add(Reduce(axes: [2], keepingAxes: true, isMean: false))
    let scores = try net.add(AddConstant(net.parameter([1])))
    let kept = try net.add(TopTokens(2, of: 3), scores, products)
    let gate = try net.add(Tanh(), scores)
    let skipped = try net.add(Multiply(), x, gate)
    try net.linear(4, from: x)
    let processed = try net.add(ReLU())
    try net.add(Choose(), kept, processed, skipped)
    try net.flatten()
    finish(&net)
  }

  private func shares(_ net: inout NetworkBuilder) throws {
    try net.linear(6)
    let x = try net.add(Reshape(to: [1, 2, 3]))
    let sum = try net.add(LogSumExp(axis: 2))
    try net.add(Add(isDifference: true), x, sum)
    try net.linear(3)
    let y = net.last
    let other = try net.add(LogSumExp(axis: 1))
    try net.add(Add(isDifference: true), y, other)
    try net.flatten()
    finish(&net)
  }

  /// Bounds are those of simplified networks, with differences as nodes of their own.
  private func finish(_ net: inout NetworkBuilder) {
    net.network = net.network.computingDifferences()
    net.takeOutput()
  }
}
