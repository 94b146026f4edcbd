import Foundation
import Networks

extension Power: CurvedActivation, RangeBounded {
  private var isWhole: Bool { exponent.rounded() == exponent }
  private var isOdd: Bool { isWhole && abs(exponent.truncatingRemainder(dividingBy: 2)) == 1 }

  /// Whether the function is defined over an interval, its poles aside.
  private func isDefined(over x: ScalarInterval) -> Bool { isWhole || x.lower >= 0 }

  /// The values at the ends, and those at 0 where 0 is inside: a minimum, or a pole.
  ///
  /// - Soundness: Over an interval with a pole the range is infinite on the sides that the function goes
  ///   to infinity on. Over one that reaches where the function is undefined, so is the range.
  func range(over x: ScalarInterval) -> ScalarInterval {
    guard isDefined(over: x) else { return .undefined }
    if exponent == 0 { return ScalarInterval(1, 1) }
    let isEven = isWhole && !isOdd
    if exponent < 0, x.contains(0) {
      if isOdd, x.lower < 0 {
        return x.upper > 0
          ? .everything : ScalarInterval(-.infinity, value(at: x.lower)).widened()
      }
      let far = max(-x.lower, x.upper)
      return ScalarInterval(value(at: far), .infinity).widened(within: 0...(.infinity))
    }
    var range = ScalarInterval(value(at: x.lower), value(at: x.upper))
    if isEven, exponent > 0, x.contains(0) { range.lower = 0 }
    // Results of one sign keep it: a root or a logarithm may follow.
    let isPositive = isEven || x.lower >= 0
    return range.widened(
      within: isPositive ? 0...(.infinity) : -Double.infinity...Double.infinity)
  }

  func derivative(at x: Double) -> Double {
    switch exponent {
    case 0: 0
    case 1: 1
    case 2: 2 * x
    default: exponent * pow(x, exponent - 1)
    }
  }

  func curvature(over x: ScalarInterval) -> Curvature {
    if isOdd, exponent > 1 { return .concaveThenConvex }
    if isOdd, exponent < 0 { return x.lower >= 0 ? .convex : .concave }
    return exponent > 0 && exponent < 1 ? .concave : .convex
  }

  /// `exponent * x^(exponent - 1) = slope` at one place or two, of opposite signs.
  func meetContacts(_ residuals: inout Residuals) {
    guard exponent != 0, exponent != 1 else { return }
    let place = pow(abs(residuals.slope / exponent), 1 / (exponent - 1))
    residuals.meet(place, value(at: place))
    if isWhole { residuals.meet(-place, value(at: -place)) }
  }

  /// A pole inside leaves no line on the sides that the function goes to infinity on.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    if exponent < 0, x.contains(0) { return (.nan, .nan) }
    return smoothSlopes(over: x)
  }
}

extension Reciprocal: CurvedActivation, RangeBounded {
  private var power: Power { Power(exponent: -1) }

  func range(over x: ScalarInterval) -> ScalarInterval { power.range(over: x) }
  func derivative(at x: Double) -> Double { -1 / (x * x) }
  func curvature(over x: ScalarInterval) -> Curvature { power.curvature(over: x) }
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    x.contains(0) ? (.nan, .nan) : smoothSlopes(over: x)
  }

  /// `-1 / x^2 = slope`.
  func meetContacts(_ residuals: inout Residuals) {
    guard residuals.slope < 0 else { return }
    let place = 1 / (-residuals.slope).squareRoot()
    residuals.meet(place, value(at: place))
    residuals.meet(-place, value(at: -place))
  }
}

extension SquareRoot: CurvedActivation {
  func range(over x: ScalarInterval) -> ScalarInterval {
    guard x.lower >= 0 else { return .undefined }
    return ScalarInterval(value(at: x.lower), value(at: x.upper))
      .widened(within: 0...(.infinity))
  }

  func derivative(at x: Double) -> Double { 0.5 / x.squareRoot() }
  func curvature(over x: ScalarInterval) -> Curvature { .concave }

  /// `1 / (2 sqrt(x)) = slope`.
  func meetContacts(_ residuals: inout Residuals) {
    guard residuals.slope > 0 else { return }
    let root = 0.5 / residuals.slope
    residuals.meet(root * root, value(at: root * root))
  }
}
