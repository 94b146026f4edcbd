import Properties

/// What a bound says of a constraint.
public enum Judgement: Sendable, Hashable {
  /// It is above the limit, clearly: the constraint cannot hold.
  case impossible
  /// It is so near the limit that rounding could decide; more digits are needed.
  case near
  /// It is below the limit.
  case possible

  /// Bounds this near to their limit, as a part of the values involved, are computed in double as well.
  public static let nearness = 1e-3

  /// Judges a bound by how far it clears its limit.
  ///
  /// - Parameters:
  ///   - margin: The bound less its limit.
  ///   - scale: The size of the values that met in it.
  ///   - precision: The arithmetic that it was computed in.
  public init(margin: Double, scale: Double, precision: Precision) {
    guard margin.isFinite, scale.isFinite else {
      self = .possible
      return
    }
    let isClear = margin > precision.slack * scale && margin > 0
    let isNear = precision == .float && abs(margin) <= Self.nearness * scale
    self = isNear ? .near : isClear ? .impossible : .possible
  }
}

extension LinearConstraint {
  /// The size of the values that meet in the constraint, at one output.
  public func scale(at output: [Double]) -> Double {
    outputs.reduce(abs(bound)) { $0 + abs($1.coefficient * output[$1.index]) }
  }
}
