import Tensors

/// What `Network.expressedInReLUs` leaves as it is.
public struct KeptOperations: OptionSet, Sendable {
  /// A bit for each kind.
  public let rawValue: Int
  /// Creates a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Leaky ReLUs.
  public static let leaky = KeptOperations(rawValue: 1)
  /// Maxima of two, beside their rectified differences.
  public static let maxima = KeptOperations(rawValue: 2)
}

extension Network {
  /// The same function with leaky ReLUs, clippings, absolute values and maxima written as ReLUs and affine steps.
  ///
  /// `max(a, b) = b + max(a - b, 0)`, `|x| = max(x, 0) + max(-x, 0)`, and a leaky ReLU of slope `s` is
  /// `s x + (1 - s) max(x, 0)`. Analyses that know ReLUs alone read networks with any of them this way.
  ///
  /// What would lose numbers in a shift by a huge constant stays as it is: with bounds of at most 2^20 a clipping
  /// loses no more than a bias of that size does, which is measured as that of any layer is.
  ///
  /// - Parameter kept: What stays as it is.
  public func expressedInReLUs(keeping kept: KeptOperations = []) -> Network {
    rewritten { node, rebuilder in
      let inputs = nodes[node].inputs
      switch nodes[node].operation {
      case let leaky as LeakyReLU where !kept.contains(.leaky):
        rebuilder.express(Tensor([1], [leaky.slope]), of: inputs[0], at: node)
      case let leaky as ParametricReLU:
        rebuilder.express(parameters[leaky.slope.index].value, of: inputs[0], at: node)
      case is Magnitude: rebuilder.expressMagnitude(of: inputs[0], at: node)
      case let clip as Clip where clip.isModerate:
        let (lower, upper) = (clip.lower, clip.upper)
        rebuilder.expressClip(
          lower.isFinite ? Tensor([1], [lower]) : nil, upper.isFinite ? Tensor([1], [upper]) : nil,
          of: inputs[0], at: node)
      case let clip as ElementClip where isModerate(clip):
        rebuilder.expressClip(
          clip.lower.map { parameters[$0.index].value },
          clip.upper.map { parameters[$0.index].value }, of: inputs[0], at: node)
      case let maximum as Maximum:
        rebuilder.express(maximum, of: inputs, at: node, keepsMaxima: kept.contains(.maxima))
      case let pool as MaxPool:
        rebuilder.express(pool, of: inputs[0], at: node, keepsMaxima: kept.contains(.maxima))
      default: rebuilder.keep(node)
      }
    }
  }

  private func isModerate(_ clip: ElementClip) -> Bool {
    clip.parameters.allSatisfy { id in
      parameters[id.index].value.withElements { $0.allSatisfy { abs($0) <= Clip.moderate } }
    }
  }
}

extension Clip {
  /// The largest bounds that a shift by them leaves the digits of ordinary numbers to.
  static let moderate = 0x1p20

  /// Whether no bound is huge, and the bounds do not cross.
  fileprivate var isModerate: Bool {
    lower <= upper && [lower, upper].allSatisfy { !$0.isFinite || abs($0) <= Self.moderate }
  }
}

extension NetworkRebuilder {
  /// A leaky ReLU with slopes that broadcast to its input.
  fileprivate mutating func express(_ slopes: Tensor<Double>, of input: Int, at node: Int) {
    let x = newNode(input)
    let positive = add(ReLU(), [x], for: node)
    // Terms of a steep slope would cancel where the input is positive; two ReLUs keep the sides apart.
    guard slopes.scalars.allSatisfy({ abs($0) <= 16 }) else {
      let negative = add(ReLU(), [add(Negate(), [x], for: node)], for: node)
      let other = scaled(negative, slopes, node)
      return stand(add(Add(isDifference: true), [positive, other], for: node), for: node)
    }
    let rest = slopes.scaled(by: -1, adding: 1)
    stand(
      add(
        Add(), [scaled(x, slopes, node), scaled(positive, rest, node, roundings: 1)], for: node),
      for: node)
  }

  fileprivate mutating func expressMagnitude(of input: Int, at node: Int) {
    let x = newNode(input)
    let positive = add(ReLU(), [x], for: node)
    let negative = add(ReLU(), [add(Negate(), [x], for: node)], for: node)
    stand(add(Add(), [positive, negative], for: node), for: node)
  }

  /// `max(x, lower)` as `relu(x - lower) + lower`, and `min(x, upper)` as `upper - relu(upper - x)`.
  fileprivate mutating func expressClip(
    _ lower: Tensor<Double>?, _ upper: Tensor<Double>?, of input: Int, at node: Int
  ) {
    var x = newNode(input)
    if let lower {
      let shifted = added(x, lower.scaled(by: -1, adding: 0), node)
      x = added(add(ReLU(), [shifted], for: node), lower, node)
    }
    if let upper {
      let room = added(add(Negate(), [x], for: node), upper, node)
      let left = add(ReLU(), [room], for: node)
      x = added(add(Negate(), [left], for: node), upper, node)
    }
    stand(x, for: node)
  }

  fileprivate mutating func express(
    _ operation: Maximum, of inputs: [Int], at node: Int, keepsMaxima: Bool
  ) {
    let (a, b) = (newNode(inputs[0]), newNode(inputs[1]))
    guard inputs.count == 3 else {
      return stand(maximum(operation, a, b, for: node, isKept: keepsMaxima), for: node)
    }
    if keepsMaxima { return keep(node) }
    stand(
      add(Add(isDifference: operation.isMinimum), [b, newNode(inputs[2])], for: node), for: node)
  }

  /// The larger or the smaller of two new nodes, as it is or as a sum with their rectified difference.
  private mutating func maximum(
    _ operation: Maximum, _ a: Int, _ b: Int, for node: Int, isKept: Bool
  ) -> Int {
    if isKept { return maximum(operation, a, b, for: node) }
    let order = operation.isMinimum ? [b, a] : [a, b]
    let gain = add(ReLU(), [add(Add(isDifference: true), order, for: node)], for: node)
    return add(Add(isDifference: operation.isMinimum), [b, gain], for: node)
  }

  /// The largest of each window, by a tournament of pairs.
  fileprivate mutating func express(
    _ pool: MaxPool, of input: Int, at node: Int, keepsMaxima: Bool
  ) {
    let shape = old.nodes[input].shape
    let flat: Shape = [shape[0], shape[1], shape.dropping(2).count]
    let pixels = add(Reshape(to: flat), [newNode(input)], for: node)
    var left = pool.taps(of: shape).map {
      add(Selection(axis: 2, indices: $0), [pixels], for: node)
    }
    while left.count > 1 {
      var winners: [Int] = []
      for pair in stride(from: 0, to: left.count - 1, by: 2) {
        winners.append(
          maximum(Maximum(), left[pair + 1], left[pair], for: node, isKept: keepsMaxima))
      }
      if left.count % 2 == 1 { winners.append(left[left.count - 1]) }
      left = winners
    }
    stand(add(Reshape(to: old.nodes[node].shape), [left[0]], for: node), for: node)
  }

  private mutating func scaled(
    _ x: Int, _ factor: Tensor<Double>, _ node: Int, roundings: Int = 0
  ) -> Int {
    let constant = addParameter(
      "\(old.nodes[node].name).factor", factor, error: ParameterError(roundings: roundings))
    return add(MultiplyConstant(constant), [x], for: node)
  }

  private mutating func added(_ x: Int, _ constant: Tensor<Double>, _ node: Int) -> Int {
    guard constant.scalars.contains(where: { $0 != 0 }) else { return x }
    let constant = addParameter("\(old.nodes[node].name).shift", constant)
    return add(AddConstant(constant), [x], for: node)
  }
}
