import Bounds
import Networks
import Tensors

/// A ReLU whose interval is made smaller where the neuron is unstable, for training only.
///
/// Its intervals enclose nothing; that is the point of the method that uses it. It never reaches a saved model.
///
/// Source: Müller et al., "Certified Training: Small Boxes are All You Need" (2023), section 3.
struct ShrinkingReLU: ElementwiseOperation, IntervalPropagating {
  /// What the upper end of an unstable neuron is multiplied by.
  var factor: Double

  var name: String { "Relu" }
  func value(at x: Double) -> Double { x <= 0 ? 0 : x }
  func apply<T: TensorAlgebra>(_ x: T) -> T { x.positivePart() }

  func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let (lower, upper) = (inputs[0].lower, inputs[0].upper)
    let zero = T.full(0, [1])
    // 1 where the sign is unknown; comparisons carry no gradient.
    let isUnstable = lower.combined(.less, zero) * zero.combined(.less, upper)
    let shrunk = upper * isUnstable.scaled(by: factor - 1, adding: 1)
    return Interval(lower: lower.positivePart(), upper: shrunk.positivePart())
  }
}

extension Network {
  /// The network with every ReLU shrinking the intervals of unstable neurons.
  func shrinkingUnstable(by factor: Double) -> Network {
    replacingOperations { operation in
      operation is ReLU ? ShrinkingReLU(factor: factor) : operation
    }
  }
}
