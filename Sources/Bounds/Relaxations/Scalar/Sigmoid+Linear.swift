import Foundation
import Networks

// S-shaped functions: convex below 0, concave above. Each meets the places where its derivative, which is
// symmetric and falls on both sides of 0, equals a slope.

extension Sigmoid: CurvedActivation {
  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(value(at: x.lower), value(at: x.upper)).widened(within: 0...1)
  }

  func derivative(at x: Double) -> Double {
    let tail = exp(-abs(x))
    return tail / ((1 + tail) * (1 + tail))
  }

  func curvature(over x: ScalarInterval) -> Curvature { .convexThenConcave }

  /// `s (1 - s) = slope` has the roots `s` and `1 - s`; the smaller is `2 slope / (1 + sqrt(1 - 4 slope))`.
  func meetContacts(_ residuals: inout Residuals) {
    let slope = residuals.slope
    guard slope > 0, slope <= 0.26 else { return }
    let root = max(0, 1 - 4 * slope).squareRoot()
    let small = 2 * slope / (1 + root)
    let place = log((1 - small) / small)
    residuals.meet(place, value(at: place))
    residuals.meet(-place, value(at: -place))
  }
}

extension Tanh: CurvedActivation {
  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(value(at: x.lower), value(at: x.upper)).widened(within: -1...1)
  }

  func derivative(at x: Double) -> Double {
    // 1 - tanh^2, without cancellation in the tails.
    let tail = exp(-2 * abs(x))
    return 4 * tail / ((1 + tail) * (1 + tail))
  }

  func curvature(over x: ScalarInterval) -> Curvature { .convexThenConcave }

  /// `1 - t^2 = slope` at `atanh(sqrt(1 - slope)) = log((1 + sqrt(1 - slope)) / sqrt(slope))`.
  func meetContacts(_ residuals: inout Residuals) {
    let slope = residuals.slope
    guard slope > 0, slope <= 1.01 else { return }
    let place = log((1 + max(0, 1 - slope).squareRoot()) / slope.squareRoot())
    residuals.meet(place, value(at: place))
    residuals.meet(-place, value(at: -place))
  }
}

extension Erf: CurvedActivation {
  /// The derivative at 0, `2 / sqrt(pi)`.
  private var steepest: Double { 2 / Double.pi.squareRoot() }

  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(value(at: x.lower), value(at: x.upper)).widened(within: -1...1)
  }

  func derivative(at x: Double) -> Double { steepest * exp(-x * x) }

  func curvature(over x: ScalarInterval) -> Curvature { .convexThenConcave }

  /// `2 / sqrt(pi) * exp(-x^2) = slope`.
  func meetContacts(_ residuals: inout Residuals) {
    guard residuals.slope > 0, residuals.slope <= 1.01 * steepest else { return }
    let place = max(0, log(steepest / residuals.slope)).squareRoot()
    residuals.meet(place, value(at: place))
    residuals.meet(-place, value(at: -place))
  }
}
