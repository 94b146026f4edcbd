import Networks
import Tensors

extension Linear: BoxPropagating {}
extension Convolution: BoxPropagating {}
extension TransposedConvolution: BoxPropagating {}
extension Resampling: BoxPropagating {}
extension RotaryPositions: BoxPropagating {}
extension BatchNormalization: BoxPropagating {
  /// The image of a box under a line for each channel.
  ///
  /// Where intervals are kept as middles, the line waits for the next operation: a ReLU applies it with its own.
  ///
  /// - Soundness: Contains the values of the line over the box, up to rounding; a factor may have either sign.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard inputs[0].isMiddle else { return box(inputs, parameters) }
    return Interval(
      ScaledInterval(
        center: inputs[0].center, radius: inputs[0].radius, scale: factor(parameters),
        shift: shift(parameters), axis: channelAxis))
  }
}

// Maps that only move, add or average values with positive weights.
extension Constant: IntervalPropagating, Nondecreasing {}
extension Reshape: IntervalPropagating, Moving {}
extension Transpose: IntervalPropagating, Moving {}
extension Selection: IntervalPropagating, Nondecreasing {}
extension Concatenate: IntervalPropagating, Nondecreasing {}
extension Reduce: IntervalPropagating, Nondecreasing {}
extension AveragePool: IntervalPropagating, Nondecreasing {}
extension AddConstant: IntervalPropagating, Nondecreasing {}

/// An operation that only orders elements anew.
private protocol Moving: IntervalPropagating {}

extension Moving {
  /// The same elements of both parts.
  ///
  /// - Soundness: Exact: elements only move.
  @_specialize(kind:partial,where T == Tensor<Float>)
  @_specialize(kind:partial,where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].moved { evaluate([$0], parameters) }
  }
}

extension Add: IntervalPropagating {
  /// The sum of the ends, or their crosswise difference.
  ///
  /// - Soundness: Contains the sum, or the difference, for every choice from the two intervals; of equal shapes its rounding is
  ///   accounted for where the number system does so.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let (a, b) = (inputs[0].applied, inputs[1].applied)
    if a.isMiddle, b.isMiddle, a.center.shape == b.center.shape {
      return Interval(
        center: isDifference ? a.center - b.center : a.center + b.center,
        radius: a.radius + b.radius)
    }
    if T.chargesRounding, a.lower.shape == b.lower.shape {
      let (lower, upper) = T.outwardSum(
        (a.lower, a.upper), (b.lower, b.upper), isDifference: isDifference)
      return Interval(lower: lower, upper: upper)
    }
    let second = isDifference ? inputs[1].negated : inputs[1]
    let (lower, otherLower) = [inputs[0].lower, second.lower].alignedRanks()
    let (upper, otherUpper) = [inputs[0].upper, second.upper].alignedRanks()
    return Interval(lower: lower + otherLower, upper: upper + otherUpper)
  }
}

extension Negate: IntervalPropagating {
  /// The ends swapped and negated.
  ///
  /// - Soundness: Exact: a sign is not rounded.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].negated
  }
}

extension MultiplyConstant: IntervalPropagating {
  /// The scaled ends, in order.
  ///
  /// - Soundness: Contains the product for every value of the interval, whatever the signs of the constants, up to the
  ///   rounding of one multiplication.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let a = evaluate([inputs[0].lower], parameters)
    let b = evaluate([inputs[0].upper], parameters)
    return Interval(lower: a.minimum(b), upper: a.maximum(b))
  }
}

extension Interval {
  /// The interval of the negated values.
  var negated: Interval { Interval(lower: -upper, upper: -lower) }
}
