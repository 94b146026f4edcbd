import Networks
import Tensors

/// An operation that intervals pass through.
///
/// - Soundness: The result contains the operation's value for every choice of inputs from the intervals.
public protocol IntervalPropagating: Operation {
  /// The interval of the output, from those of the inputs, each `[examples] + shape` of its node.
  ///
  /// - Soundness: Contains the operation's value for every choice of inputs from the intervals, up to the rounding of the
  ///   number system where the conformance does not say that its own is accounted for.
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
  ///
  /// - Soundness: Exact in real arithmetic for every element alone; the rounding of the two sums is not accounted for.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    box(inputs, parameters)
  }

  /// The same, for an operation that has an interval of its own where intervals are kept as middles.
  ///
  /// - Soundness: As for `interval(_:_:)` of affine operations.
  func box<T: TensorAlgebra>(_ inputs: [Interval<T>], _ parameters: Parameters<T>) -> Interval<T> {
    let middles = inputs.map(\.middle)
    return Interval(
      center: evaluate(middles.map(\.center), parameters),
      radius: linear(middles.map(\.radius), parameters, magnitude: true))
  }
}

/// An affine operation whose interval is the image of a box, by its middle and half its width.
protocol BoxPropagating: IntervalPropagating, AffineOperation {}

/// An operation that never decreases when an input grows.
protocol Nondecreasing: IntervalPropagating {}

extension Nondecreasing {
  /// The values at the two ends.
  ///
  /// - Soundness: The operation never falls when an input grows, so its values lie between those at the ends, up to the
  ///   rounding of the operation.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    Interval(
      lower: evaluate(inputs.map(\.lower), parameters),
      upper: evaluate(inputs.map(\.upper), parameters))
  }
}
