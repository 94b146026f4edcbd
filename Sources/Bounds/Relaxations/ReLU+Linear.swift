import Networks
import Tensors

extension ReLU: LinearlyBounded {
  /// Yes: the lines are tensor operations on the ends.
  public var relaxationCarriesGradient: Bool { true }

  /// The chord above and a line through the origin below.
  ///
  /// On `l < 0 < u` the upper line is `u / (u - l) * (x - l)`. The lower line is `x` when `u > -l` and 0
  /// otherwise, which leaves the smaller area. Elsewhere the activation is linear and both lines equal it.
  ///
  /// Source: Zhang et al., "Efficient neural network robustness certification with general activation
  /// functions" (2018), section 3.3, with adaptive lower slopes.
  ///
  /// - Soundness: In real arithmetic `slope * x <= max(x, 0)` for slopes from 0 to 1, and the chord is above a convex
  ///   function between its ends. The rounding of the chord is accounted for where the number system does so.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    ElementwiseRelaxation(lines(over: inputs[0]), shapes.output, slopeRange: 0...1)
  }

  /// The lines, in the layout of the interval.
  func lines<T: TensorAlgebra>(over x: Interval<T>) -> Lines<T> {
    let x = x.applied
    let (least, most) = (x.lower, x.upper)
    if let lines = T.chargedRectifierLines(lower: least, upper: most) { return lines }
    let high = most.positivePart()
    let low = least.negativePart()
    // A point at 0 has no width; any slope will do there, and 0 needs no division by 0.
    let width = (high - low).maximum(T.full(OutwardRounding(to: T.self).leastNormal, [1]))
    let slope = high / width
    let lower = T.full(0, [1]).combined(.less, most + least)
    return Lines(
      lowerSlope: lower, lowerIntercept: nil, upperSlope: slope, upperIntercept: -(slope * low))
  }

  /// The elements of unknown sign.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { lower[$0] < 0 && upper[$0] > 0 }.map(Int32.init)
  }
}
