import Tensors

/// A box of tensors: every element between its lower and its upper end.
///
/// - Soundness: An interval computed for a node contains the node's value, in real arithmetic, for every
///   input of the region, up to the rounding of the number system it is computed in.
public struct Interval<T: TensorAlgebra>: Sendable {
  /// The lower ends, `[examples] + shape`.
  public var lower: T
  /// The upper ends, `[examples] + shape`.
  public var upper: T

  /// Creates an interval from its ends.
  public init(lower: T, upper: T) {
    self.lower = lower
    self.upper = upper
  }

  /// Creates an interval from its middle and its half width.
  public init(center: T, radius: T) {
    self.init(lower: center - radius, upper: center + radius)
  }

  /// The middle.
  public var center: T { lower.combined(.mean, upper) }
  /// Half the width.
  public var radius: T { upper.combined(.halfDifference, lower) }

  /// Applies a function to both ends.
  public func map(_ transform: (T) -> T) -> Interval {
    Interval(lower: transform(lower), upper: transform(upper))
  }

  /// The part that two intervals share; both must contain the same values.
  public func intersection(_ other: Interval) -> Interval {
    Interval(lower: lower.maximum(other.lower), upper: upper.minimum(other.upper))
  }
}
