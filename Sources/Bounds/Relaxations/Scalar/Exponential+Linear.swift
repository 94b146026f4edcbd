import Foundation
import Networks

extension Exponential: CurvedActivation {
  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(value(at: x.lower), value(at: x.upper)).widened(within: 0...(.infinity))
  }

  func derivative(at x: Double) -> Double { exp(x) }
  func curvature(over x: ScalarInterval) -> Curvature { .convex }

  /// The chord above; below a tangent that stays positive.
  ///
  /// The tangent at `d` is 0 at `d - 1`, so it touches no further than that from the lower end. Sums of
  /// exponentials that are divided by must not become negative.
  ///
  /// Source: Shi et al., "Robustness verification for transformers" (2020), appendix.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    let slopes = smoothSlopes(over: x)
    return (min(slopes.lower, derivative(at: x.lower + 0.99)), slopes.upper)
  }

  /// `exp(x) = slope`.
  func meetContacts(_ residuals: inout Residuals) {
    guard residuals.slope > 0 else { return }
    let place = log(residuals.slope)
    residuals.meet(place, value(at: place))
  }
}

extension Logarithm: CurvedActivation {
  func range(over x: ScalarInterval) -> ScalarInterval {
    guard x.lower >= 0 else { return .undefined }
    return ScalarInterval(value(at: x.lower), value(at: x.upper)).widened()
  }

  func derivative(at x: Double) -> Double { 1 / x }
  func curvature(over x: ScalarInterval) -> Curvature { .concave }

  /// `1 / x = slope`.
  func meetContacts(_ residuals: inout Residuals) {
    guard residuals.slope > 0 else { return }
    let place = 1 / residuals.slope
    residuals.meet(place, value(at: place))
  }
}
