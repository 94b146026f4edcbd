import Networks
import Tensors
import TestSupport

/// Small networks with numbers on which careless rounding is wrong, over boxes of all sizes.
struct HostileNetwork {
  /// What is hostile about the numbers.
  enum Numbers: Int, CaseIterable {
    case tame, wholes, extreme, cancelling, subnormal
  }

  var network: Network
  var lower: [Double]
  var upper: [Double]
  private var random: SplitMix64

  /// What the network consists of.
  enum Kind: CaseIterable {
    case dense, image
    /// Products of nodes, squares, steps and transposed convolutions among others.
    case products
  }

  init(seed: UInt64, isImage: Bool, numbers: Numbers? = nil) throws {
    try self.init(seed: seed, isImage ? .image : .dense, numbers: numbers)
  }

  init(seed: UInt64, _ kind: Kind, numbers: Numbers? = nil) throws {
    let isImage = kind == .image
    random = SplitMix64(seed: seed, stream: 4021)
    let numbers = numbers ?? Numbers.allCases[Int(seed) % Numbers.allCases.count]
    let shape: Shape = isImage ? [1, 2, 4, 5] : [1, 5]
    network = Network(input: shape)
    (lower, upper) = ([], [])
    for _ in 0..<shape.count {
      let center = float(numbers)
      let ends: (Double, Double)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: ends = (center, center)
      case 1: ends = (center, Double(Float(center).nextUp))
      case 2: ends = (-1, 0x1p54)
      case 3: ends = (min(center, 0), max(center, 0))
      default: ends = (center - abs(center) / 2 - 1, center + 1)
      }
      lower.append(ends.0)
      upper.append(ends.1)
    }
    lower = lower.map { Double(Float($0)) }
    upper = upper.map { Double(Float($0)) }
    switch kind {
    case .dense: try addDense(numbers, inputs: 5)
    case .image: try addImage(numbers)
    case .products: try addProducts(numbers)
    }
    for id in network.nodes.indices.dropFirst() { network.addTensors(["t\(id)"], of: id) }
  }

  private mutating func float(_ numbers: Numbers) -> Double {
    func uniform(_ range: ClosedRange<Double>) -> Double {
      Double(Float(Double.random(in: range, using: &random)))
    }
    switch numbers {
    case .tame: return uniform(-1...1)
    case .wholes: return Double(Int.random(in: -2...2, using: &random))
    case .extreme:
      let exponent = Int.random(in: -9...9, using: &random)
      return Double(
        Float(uniform(-1...1) * Double(sign: .plus, exponent: 2 * exponent, significand: 1)))
    case .cancelling:
      return [1, -1, 0x1p24, -0x1p24, 1 + 0x1p-23].randomElement(using: &random) ?? 1
    case .subnormal:
      return Bool.random(using: &random)
        ? Double(Float(uniform(-1...1) * 0x1p-130)) : uniform(-1...1)
    }
  }

  private mutating func parameter(_ shape: Shape, _ numbers: Numbers) -> ParameterID {
    let values = (0..<shape.count).map { _ in float(numbers) }
    return network.addParameter("p\(network.parameters.count)", Tensor(shape, values))
  }

  private mutating func addDense(_ numbers: Numbers, inputs: Int) throws {
    var width = network.nodes[network.output].shape[-1]
    for layer in 0..<3 {
      let next = Int.random(in: 2...5, using: &random)
      let before = network.output
      try network.add(
        Linear(
          weight: parameter([width, next], numbers),
          bias: Bool.random(using: &random) ? parameter([next], numbers) : nil), [before])
      switch Int.random(in: 0..<6, using: &random) {
      case 0: try network.add(AddConstant(parameter([next], numbers)), [network.output])
      case 1:
        let choices: [Double] = [3, -0.5, 7, 1]
        let factors = (0..<next).map { _ in choices.randomElement(using: &random) ?? 1 }
        let id = network.addParameter("f\(layer)", Tensor([next], factors))
        try network.add(
          MultiplyConstant(id, isQuotient: Bool.random(using: &random)), [network.output])
      case 2: try network.add(Negate(), [network.output])
      case 3:
        // A branch that comes back.
        let a = network.output
        let b = try network.add(
          Linear(weight: parameter([width, next], numbers)), [before])
        try network.add(Add(isDifference: Bool.random(using: &random)), [a, b])
      case 4:
        let a = network.output
        try network.add(Concatenate(axis: 1), [a, a])
        try network.add(
          Selection(axis: 1, indices: (0..<Int32(next)).map { $0 == 0 ? -1 : 2 * $0 - 1 }),
          [network.output])
      default: break
      }
      width = next
      guard layer < 2 else { continue }
      if Int.random(in: 0..<3, using: &random) == 0 {
        try network.add(LeakyReLU(slope: Double(Float(0.1))), [network.output])
      } else {
        try network.add(ReLU(), [network.output])
      }
    }
  }

  /// Two branches that are multiplied, in one of several ways, and what bends before and behind.
  private mutating func addProducts(_ numbers: Numbers) throws {
    func branch(_ width: Int) throws -> Int {
      try network.add(
        Linear(
          weight: parameter([5, width], numbers),
          bias: Bool.random(using: &random) ? parameter([width], numbers) : nil), [0])
      switch Int.random(in: 0..<6, using: &random) {
      case 0: return try network.add(ReLU(), [network.output])
      case 1: return try network.add(Magnitude(), [network.output])
      case 2: return try network.add(Sign(), [network.output])
      default: return network.output
      }
    }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: try network.add(Multiply(), [branch(4), branch(4)])
    case 1:
      // One node with itself, and a factor that is broadcast.
      let own = try branch(4)
      let square = try network.add(Multiply(), [own, own])
      try network.add(Multiply(), [branch(1), square])
    case 2:
      let (first, second) = (try branch(6), try branch(6))
      try network.add(Reshape(to: [1, 2, 3]), [first])
      let left = network.output
      try network.add(Reshape(to: [1, 3, 2]), [second])
      try network.add(MatrixProduct(), [left, network.output])
      try network.add(Reshape(to: [1, 4]), [network.output])
    case 3:
      // The product of a matrix with its own transpose: squares on the diagonal.
      try network.add(Reshape(to: [1, 2, 2]), [branch(4)])
      let own = network.output
      try network.add(Transpose([0, 2, 1]), [own])
      try network.add(MatrixProduct(), [own, network.output])
      try network.add(Reshape(to: [1, 4]), [network.output])
    default:
      try network.add(Reshape(to: [1, 2, 2, 2]), [branch(8)])
      try network.add(
        TransposedConvolution(
          weight: parameter([2, 1, 2, 3], numbers), bias: parameter([2], numbers),
          geometry: .init(stride: [2, 1], padding: [1, 0, 0, 1], groups: 2),
          outputPadding: [1, 0]), [network.output])
      let count = network.nodes[network.output].shape.count
      try network.add(Reshape(to: [1, count]), [network.output])
      try network.add(Selection(axis: 1, indices: [0, 3, 1, 2]), [network.output])
    }
    if Bool.random(using: &random) {
      try network.add(
        Power(exponent: Double(Int.random(in: 2...3, using: &random))), [network.output])
    }
    try network.add(
      Linear(weight: parameter([4, 3], numbers), bias: parameter([3], numbers)),
      [network.output])
  }

  private mutating func addImage(_ numbers: Numbers) throws {
    let groups = Bool.random(using: &random) ? 1 : 2
    let geometry = ConvolutionGeometry(
      stride: [Int.random(in: 1...2, using: &random), 1], padding: [1, 0, 0, 1],
      dilation: [1, Bool.random(using: &random) ? 1 : 2], groups: groups)
    try network.add(
      Convolution(
        weight: parameter([4, 2 / groups, 2, 2], numbers), bias: parameter([4], numbers),
        geometry: geometry), [0])
    if Bool.random(using: &random) {
      let choices: [Double] = [0, 2, 6, 0.3125]
      let variance = (0..<4).map { _ in choices.randomElement(using: &random) ?? 2 }
      let id = network.addParameter("variance", Tensor([4], variance))
      try network.add(
        BatchNormalization(
          scale: parameter([4], numbers), bias: parameter([4], numbers),
          mean: parameter([4], numbers), variance: id, epsilon: 0.25), [network.output])
    }
    try network.add(ReLU(), [network.output])
    let before = network.output
    try network.add(
      Convolution(
        weight: parameter([3, 4, 3, 3], numbers), geometry: .init(padding: [1, 1, 1, 1])),
      [before])
    if Bool.random(using: &random) {
      let shortcut = try network.add(
        Convolution(weight: parameter([3, 4, 1, 1], numbers)), [before])
      try network.add(Add(), [shortcut - 1, shortcut])
    }
    try network.add(ReLU(), [network.output])
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      try network.add(
        MaxPool(PoolingWindow(size: [2, 2], stride: [1, 2], padding: [0, 1, 1, 0])),
        [network.output])
    case 1:
      try network.add(
        AveragePool(
          PoolingWindow(size: [2, 2], padding: [1, 0, 0, 0]),
          countsPadding: Bool.random(using: &random)), [network.output])
    case 2:
      try network.add(Reduce(axes: [2], keepingAxes: true, isMean: true), [network.output])
    default: try network.add(Transpose([0, 2, 3, 1]), [network.output])
    }
    let count = network.nodes[network.output].shape.count
    try network.add(Reshape(to: [1, count]), [network.output])
    try network.add(
      Linear(weight: parameter([count, 3], numbers), bias: parameter([3], numbers)),
      [network.output])
  }

  /// A point of the box whose elements are floats: ends, or between them.
  mutating func point() -> [Double] {
    let corner = Int.random(in: 0..<3, using: &random)
    return lower.indices.map { index in
      let (low, high) = (lower[index], upper[index])
      if corner == 0 { return Bool.random(using: &random) ? low : high }
      let between = Double(Float(Double.random(in: low...high, using: &random)))
      return min(high, max(low, corner == 1 && Bool.random(using: &random) ? low : between))
    }
  }

  mutating func slope() -> UInt8 { UInt8.random(in: 0...255, using: &random) }
  mutating func number(in range: ClosedRange<Double>) -> Double {
    Double.random(in: range, using: &random)
  }
}
