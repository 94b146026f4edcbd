import Networks
import Tensors

extension ReLU: IntervalPropagating {
  /// The values at the two ends.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard inputs[0].isMiddle else { return inputs[0].map(apply) }
    let (center, radius) = T.intervalPositivePart(
      center: inputs[0].center, radius: inputs[0].radius)
    return Interval(center: center, radius: radius)
  }
}
