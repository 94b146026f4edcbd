import Surety

/// `max(x, 0)^2`: an operation that the library does not have, with everything that verification asks of it.
struct SquaredReLU: ElementwiseOperation {
  var name: String { "SquaredReLU" }

  /// The function of one number.
  func value(at x: Double) -> Double { x <= 0 ? 0 : x * x }

  /// The function of every element, in any arithmetic: plain numbers, or numbers that remember how to differentiate.
  func apply<T: TensorAlgebra>(_ x: T) -> T {
    let positive = x.positivePart()
    return positive * positive
  }
}

// MARK: - Intervals

extension SquaredReLU: IntervalPropagating {
  /// The values at the two ends.
  ///
  /// - Soundness: The function never falls, so its values over `[l, u]` lie between those at `l` and `u`, up to rounding.
  func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].map(apply)
  }
}

// MARK: - Lines, for CROWN and what is built on it

extension SquaredReLU: LinearlyBounded {
  /// A tangent below and a chord above, for each element.
  ///
  /// - Soundness: The function is convex. So it lies above each of its tangents, here one near the middle of `[l, u]`, and over
  ///   `[l, u]` below the chord of its ends. Slopes are rounded to numbers that every arithmetic has; intercepts are computed
  ///   for the rounded slopes, and moved outward by more than the rounding of their computation.
  func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    let (lower, upper) = (inputs[0].lower.values, inputs[0].upper.values)
    let lines = zip(lower.scalars, upper.scalars).map { Enclosure(over: $0, $1) }
    func tensor(_ part: (Enclosure) -> Double) -> T { T(Tensor(lower.shape, lines.map(part))) }
    return ElementwiseRelaxation(
      Lines(
        lowerSlope: tensor(\.lowerSlope), lowerIntercept: tensor(\.lowerIntercept),
        upperSlope: tensor(\.upperSlope), upperIntercept: tensor(\.upperIntercept)),
      shapes.output)
  }
}

/// The two lines of one element.
private struct Enclosure {
  var lowerSlope = 0.0
  // What is not finite proves nothing, so these are the lines of an element of which nothing is known.
  var lowerIntercept = -Double.infinity
  var upperSlope = 0.0
  var upperIntercept = Double.infinity

  init(over lower: Double, _ upper: Double) {
    guard lower.isFinite, upper.isFinite else { return }
    let function = SquaredReLU()
    lowerSlope = Self.asFloat(2 * max((lower + upper) / 2, 0))
    // The tangent of this slope touches here; there the function minus the line is least.
    let place = lowerSlope / 2
    lowerIntercept = Self.below(-place * place, error: place * place)
    let (atLower, atUpper) = (function.value(at: lower), function.value(at: upper))
    let width = upper - lower
    upperSlope = Self.asFloat(width > 0 ? (atUpper - atLower) / width : lowerSlope)
    // The greatest of a convex function minus a line is at an end.
    let greatest = max(atLower - upperSlope * lower, atUpper - upperSlope * upper)
    let size = atLower + atUpper + abs(upperSlope) * max(abs(lower), abs(upper))
    upperIntercept = -Self.below(-greatest, error: size)
  }

  /// The nearest float, which is a number of every arithmetic that bounds are computed in.
  private static func asFloat(_ x: Double) -> Double { Double(Float(x)) }

  /// A float below a number that was computed, in a few steps, from numbers of a size.
  private static func below(_ x: Double, error size: Double) -> Double {
    Double(Float(x - 1e-14 * size).nextDown)
  }
}

// MARK: - Derivatives, for attacks

extension SquaredReLU: ElementwiseDifferentiable {
  /// `2 max(x, 0)`.
  func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { x.positivePart() * 2 }
}
