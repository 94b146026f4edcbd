import Networks
import Tensors

extension Sigmoid: IntervalPropagating, RisingCurve {}
extension Tanh: IntervalPropagating, RisingCurve {}
extension Erf: IntervalPropagating, RisingCurve {}
extension Exponential: IntervalPropagating, RisingCurve {}
extension Logarithm: IntervalPropagating, RisingCurve { var isPartial: Bool { true } }
extension SquareRoot: IntervalPropagating, RisingCurve { var isPartial: Bool { true } }
extension Sign: IntervalPropagating, Nondecreasing {}
extension Floor: IntervalPropagating, Nondecreasing {}

extension Power: IntervalPropagating {
  /// The values at the ends of squares and of inverse roots, by arithmetic that can be differentiated; other ranges element by
  /// element.
  ///
  /// - Soundness: A square is least where its root is nearest to 0 and largest at an end; an inverse root falls. Where it is
  ///   undefined at an end both ends are NaN. Rounding is accounted for where the number system does so.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard intervalCarriesGradient, !T.chargesRounding else { return rangeInterval(inputs[0]) }
    if exponent == 2 {
      let ends = inputs[0].map(apply)
      return Interval(
        lower: apply(inputs[0].nearestToZero), upper: ends.lower.maximum(ends.upper))
    }
    let (low, high) = (apply(inputs[0].upper), apply(inputs[0].lower))
    return Interval(lower: low.minimum(high), upper: high)
  }

  /// Of squares and inverse roots, which normalisations are made of.
  public var intervalCarriesGradient: Bool { exponent == 2 || exponent == -0.5 }
}
extension Reciprocal: IntervalPropagating {}
extension Sine: IntervalPropagating {}
extension Cosine: IntervalPropagating {}

extension LeakyReLU: IntervalPropagating {
  /// The values at the ends, and for a negative slope the value nearest to 0.
  ///
  /// - Soundness: The function is linear on either side of 0, so its extremes over an interval are at the ends and, where 0
  ///   is within, at 0; the rounding of one product is accounted for where the number system does so.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let ends = inputs[0].map(apply)
    guard slope < 0 else { return ends.movedOutward(terms: 1) }
    return Interval(
      lower: apply(inputs[0].nearestToZero), upper: ends.lower.maximum(ends.upper)
    ).movedOutward(terms: 1)
  }
}

extension Magnitude: IntervalPropagating {
  /// The magnitudes of the values nearest to 0 and farthest from it.
  ///
  /// - Soundness: Contains `|x|` for every `x` of the interval, without rounding of its own.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
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
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].rectified
  }
}
