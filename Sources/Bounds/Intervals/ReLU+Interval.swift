import Networks
import Tensors

extension ReLU: IntervalPropagating {
  /// The values at the two ends.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard inputs[0].isMiddle else { return inputs[0].map(apply) }
    return Interval(T.rectified(inputs[0].scaled))
  }
}
