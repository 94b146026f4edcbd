import Networks
import Tensors

extension Sigmoid: IntervalPropagating, Nondecreasing {}
extension Tanh: IntervalPropagating, Nondecreasing {}
extension Erf: IntervalPropagating, Nondecreasing {}
extension Exponential: IntervalPropagating, Nondecreasing {}
extension Sign: IntervalPropagating, Nondecreasing {}
extension Floor: IntervalPropagating, Nondecreasing {}

extension Power: IntervalPropagating {}
extension Reciprocal: IntervalPropagating {}
extension Sine: IntervalPropagating {}
extension Cosine: IntervalPropagating {}

extension Logarithm: IntervalPropagating {
  /// The values at the ends; NaN at both when the interval reaches below 0.
  ///
  /// - Soundness: The function never falls where it is defined, so its values over an interval lie between those at its ends,
  ///   up to the rounding of the function; where it is not defined everywhere, NaN proves nothing.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].map(apply).undefinedTogether
  }
}

extension SquareRoot: IntervalPropagating {
  /// The values at the ends; NaN at both when the interval reaches below 0.
  ///
  /// - Soundness: The function never falls where it is defined, so its values over an interval lie between those at its ends,
  ///   up to the rounding of the function; where it is not defined everywhere, NaN proves nothing.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].map(apply).undefinedTogether
  }
}

extension LeakyReLU: IntervalPropagating {
  /// The values at the ends, and for a negative slope the value nearest to 0.
  ///
  /// - Soundness: The function is linear on either side of 0, so its extremes over an interval are at the ends and, where 0
  ///   is within, at 0; up to the rounding of one product.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let ends = inputs[0].map(apply)
    guard slope < 0 else { return ends }
    return Interval(lower: apply(inputs[0].nearestToZero), upper: ends.lower.maximum(ends.upper))
  }
}

extension Magnitude: IntervalPropagating {
  /// The magnitudes of the values nearest to 0 and farthest from it.
  ///
  /// - Soundness: Contains `|x|` for every `x` of the interval, without rounding of its own.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let ends = inputs[0].map(apply)
    return Interval(lower: apply(inputs[0].nearestToZero), upper: ends.lower.maximum(ends.upper))
  }
}

extension Interval {
  /// The value of the interval with the smallest magnitude.
  var nearestToZero: T { lower.positivePart() + upper.negativePart() }

  /// The interval with both ends NaN where the lower is.
  var undefinedTogether: Interval { Interval(lower: lower, upper: upper.maximum(lower)) }
}

extension ReLU: IntervalPropagating {
  /// The values at the two ends.
  ///
  /// - Soundness: `max(x, 0)` never falls, so its values lie between those at the ends; without rounding of its own, up to
  ///   that of a line that is applied with it.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard inputs[0].isMiddle else { return inputs[0].map(apply) }
    return Interval(T.rectified(inputs[0].scaled))
  }
}
