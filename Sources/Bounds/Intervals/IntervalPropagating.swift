import Networks
import Tensors

/// An operation that intervals pass through.
///
/// - Soundness: The result contains the operation's value for every choice of inputs from the intervals.
public protocol IntervalPropagating: Operation {
  /// The interval of the output.
  func interval<T: TensorAlgebra>(_ inputs: [Interval<T>], _ parameters: Parameters<T>) -> Interval<
    T
  >
  /// Whether the interval is computed by the arithmetic of the number system, so that it can be differentiated.
  ///
  /// An operation that looks at elements one by one says no: its intervals are constants to a gradient.
  var intervalCarriesGradient: Bool { get }
}

extension IntervalPropagating {
  /// Yes, as for every interval made of tensor operations.
  public var intervalCarriesGradient: Bool { true }
}

extension IntervalPropagating where Self: AffineOperation {
  /// The image of a box under an affine map: `A c + b` plus or minus `|A| r`.
  ///
  /// Source: Gowal et al., "On the effectiveness of interval bound propagation" (2018), equation 6.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    box(inputs, parameters)
  }

  func box<T: TensorAlgebra>(_ inputs: [Interval<T>], _ parameters: Parameters<T>) -> Interval<T> {
    Interval(
      center: evaluate(inputs.map(\.center), parameters),
      radius: linear(inputs.map(\.radius), parameters, magnitude: true))
  }
}

/// An operation that never decreases when an input grows.
protocol Nondecreasing: IntervalPropagating {}

extension Nondecreasing {
  /// The values at the two ends.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    Interval(
      lower: evaluate(inputs.map(\.lower), parameters),
      upper: evaluate(inputs.map(\.upper), parameters))
  }
}
