import Networks
import Tensors

extension Clip: PiecewiseCurve {
  /// The values at the ends: nothing is rounded.
  ///
  /// - Soundness: The function never falls, so its values over the interval lie between those at its ends, exactly.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].map(apply)
  }

  /// Yes: the ends are clipped as values are.
  public var intervalCarriesGradient: Bool { true }

  /// The values at the ends, exactly: a root may follow.
  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(value(at: x.lower), value(at: x.upper))
  }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    guard lower < upper else {
      return [.straight(-.infinity, .infinity, slope: 0, intercept: upper)]
    }
    var pieces = [CurvePiece.straight(lower, upper, slope: 1, intercept: 0)]
    if lower.isFinite {
      pieces.insert(.straight(-.infinity, lower, slope: 0, intercept: lower), at: 0)
    }
    if upper.isFinite { pieces.append(.straight(upper, .infinity, slope: 0, intercept: upper)) }
    return pieces
  }

  /// The elements that may lie on either side of a bound.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { isOpen(lower[$0], upper[$0]) }.map(Int32.init)
  }

  /// Whether a bound lies strictly within an interval.
  func isOpen(_ low: Double, _ high: Double) -> Bool {
    low < lower && lower < high || low < upper && upper < high
  }
}
