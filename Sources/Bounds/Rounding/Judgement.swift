import Properties

/// What a bound says of a constraint.
public enum Judgement: Sendable, Hashable {
  /// It is above the limit, clearly: the constraint cannot hold.
  case impossible
  /// It is so near the limit that rounding could decide; more digits are needed.
  case near
  /// It is below the limit.
  case possible

  /// Single-precision bounds this near to their limit, as a part of the values involved, are computed in double.
  static let nearness = 1e-3
  /// How far a bound in double must clear its limit, as a part of the values involved, to count.
  ///
  /// What bounds that do not account for their own rounding lose in practice stays well below this, and a bound closer to its
  /// limit decides nothing.
  public static let slack = 1e-11

  /// How far a bound must clear its limit to count.
  ///
  /// - Parameters:
  ///   - scale: The size of the values that met in it.
  ///   - noise: What single precision was seen to lose in it, as `RoundingProbe` measures.
  ///   - precision: The arithmetic that it was computed in.
  public static func tolerance(scale: Double, noise: Double, precision: Precision) -> Double {
    switch precision {
    case .float: nearness * scale + 100 * noise
    // A double has 29 more bits.
    case .double: slack * scale + 100 * noise * 0x1p-29
    }
  }

  /// Judges a bound by how far it clears its limit.
  ///
  /// - Parameters:
  ///   - margin: The bound less its limit.
  ///   - scale: The size of the values that met in it.
  ///   - noise: What single precision was seen to lose in it, as `RoundingProbe` measures.
  ///   - precision: The arithmetic that it was computed in.
  ///   - isCharged: Whether the bound accounts for its own rounding (`Network.chargesEveryOperation`).
  public init(
    margin: Double, scale: Double, noise: Double, precision: Precision, isCharged: Bool
  ) {
    let near = Self.tolerance(scale: scale, noise: noise, precision: precision)
    let room = Self.room(scale: scale, noise: noise, precision: precision, isCharged: isCharged)
    guard margin.isFinite, near.isFinite else {
      self = .possible
      return
    }
    guard !(margin > room && margin > 0) else {
      self = .impossible
      return
    }
    self = precision == .float && abs(margin) <= near ? .near : .possible
  }

  /// How far a bound must clear its limit to count.
  ///
  /// One that accounts for its own rounding needs none.
  public static func room(
    scale: Double, noise: Double, precision: Precision, isCharged: Bool
  ) -> Double {
    isCharged ? 0 : tolerance(scale: scale, noise: noise, precision: precision)
  }
}

extension LinearConstraint {
  /// The sum of the sizes of the outputs' coefficients.
  public var weight: Double { outputs.reduce(0) { $0 + abs($1.coefficient) } }

  /// The size of the values that meet in the constraint, at one output.
  public func scale<Output: RandomAccessCollection>(at output: Output) -> Double
  where Output.Element == Double, Output.Index == Int {
    outputs.reduce(abs(bound)) { $0 + abs($1.coefficient * output[$1.index]) }
  }
}
