/// A weight that moves from one value to another as the radius grows.
///
/// With the radius at the fraction `f` of its full value the weight is `start + (end - start) f`. This covers
/// the mixes of Zhang et al., "Towards Stable and Efficient Training of Verifiably Robust Neural Networks",
/// ICLR 2020: kappa, the weight of the clean loss, and beta, the weight of CROWN bounds against IBP bounds,
/// both from 1 to their final value.
public struct WeightSchedule: Sendable, Hashable {
  /// The weight while the radius is zero.
  public var start: Double
  /// The weight at the full radius.
  public var end: Double

  /// Creates a weight that moves with the radius.
  public init(from start: Double, to end: Double) {
    self.start = start
    self.end = end
  }

  /// Creates a weight that stays.
  public static func constant(_ value: Double) -> WeightSchedule {
    WeightSchedule(from: value, to: value)
  }

  /// Whether the weight stays the same throughout.
  public var isConstant: Bool { start == end }

  /// The weight at a fraction of the full radius.
  ///
  /// - Parameter fraction: From 0 to 1, as `EpsilonSchedule.fraction(at:)` gives it.
  public func weight(atFraction fraction: Double) -> Double {
    // In this form a fraction of 1 gives `end` exactly.
    (1 - fraction) * start + fraction * end
  }
}
