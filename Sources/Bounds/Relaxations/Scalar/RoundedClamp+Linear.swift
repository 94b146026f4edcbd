import Networks
import Tensors

/// A function with steps whose place is known up to the rounding of what it reads.
///
/// What a network hands to the steps was computed with rounding, and a little more or less makes a whole step of
/// difference. So bounds take in every value that the function has within a thousandth of a step around.
extension RoundedClamp {
  static let reach = 1e-3

  fileprivate func below(_ x: Double) -> Double { value(at: x - Self.reach) }
  fileprivate func above(_ x: Double) -> Double { value(at: x + Self.reach) }
}

extension RoundedClamp: IntervalPropagating {
  /// The values at the ends, a thousandth of a step further out.
  ///
  /// - Soundness: For every input of the interval, and for every number within a thousandth of one, the output lies
  ///   between the bounds. The function does not decrease.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    Interval(
      lower: apply(inputs[0].lower + -Self.reach), upper: apply(inputs[0].upper + Self.reach))
  }
}

extension RoundedClamp: ScalarRelaxable {
  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(below(x.lower), above(x.upper))
  }

  func derivative(at x: Double) -> Double { 0 }

  func exactLine(over x: ScalarInterval) -> ScalarLine? {
    let range = range(over: x)
    return range.lower == range.upper ? ScalarLine(slope: 0, intercept: range.lower) : nil
  }

  /// The better of slope 0 and the slope of the chord between the ends of the stairs, on either side.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    let range = range(over: x)
    let (low, high) = (range.lower, range.upper)
    // Lines through the outermost corners of the stairs.
    let candidates = [
      0, 1, (high - low) / (x.upper - low + 0.5), (high - low) / (high - 0.5 - x.lower),
      (high - low) / x.width,
    ].filter { $0.isFinite && $0 >= 0 && $0 <= 1e6 }
    return nearestSlopes(among: candidates, over: x)
  }

  /// Between its steps the function is constant, and from step to step what a line leaves changes evenly: the ends of
  /// the domain and the two outermost steps on either side decide.
  func meetContacts(_ residuals: inout Residuals) {
    let domain = residuals.domain
    for end in [domain.lower, domain.upper] {
      residuals.meet(end, below(end))
      residuals.meet(end, above(end))
    }
    let (low, high) = (below(domain.lower), above(domain.upper))
    // Steps lie in the middles between integers; each may come a little earlier or later.
    for step in [low + 0.5, low + 1.5, high - 1.5, high - 0.5] where step > low && step < high {
      residuals.meet(min(step + Self.reach, domain.upper), step - 0.5)
      residuals.meet(max(step - Self.reach, domain.lower), step + 0.5)
    }
  }

  /// The elements of unknown value.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { below(lower[$0]) < above(upper[$0]) }.map(Int32.init)
  }
}
