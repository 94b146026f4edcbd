import Networks
import Tensors

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
