import Foundation
import Networks

extension Sine: SlopeBounded {
  /// The cosine is at most 1.
  func steepest(over x: ClosedRange<Double>) -> Double? { 1 }
}

extension Cosine: SlopeBounded {
  /// The sine is at most 1.
  func steepest(over x: ClosedRange<Double>) -> Double? { 1 }
}

extension Exponential: SlopeBounded {
  /// The exponential itself, which rises.
  func steepest(over x: ClosedRange<Double>) -> Double? { limited(exp(x.upperBound)) }
}

extension HyperbolicSine: SlopeBounded {
  /// The hyperbolic cosine, which rises with the size.
  func steepest(over x: ClosedRange<Double>) -> Double? { limited(cosh(x.largestSize)) }
}

extension HyperbolicCosine: SlopeBounded {
  /// The hyperbolic sine, which rises with the size.
  func steepest(over x: ClosedRange<Double>) -> Double? { limited(sinh(x.largestSize)) }
}

extension Logarithm: SlopeBounded {
  /// `1 / x`, which falls where the function is defined.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    x.lowerBound > 0 ? limited(1 / x.lowerBound) : nil
  }
}

extension SquareRoot: SlopeBounded {
  /// `1 / (2 sqrt(x))`, which falls where the function is defined.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    x.lowerBound > 0 ? limited(0.5 / x.lowerBound.squareRoot()) : nil
  }
}

extension Reciprocal: SlopeBounded {
  /// `1 / x^2`, which falls with the size; none where the interval reaches 0.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    let place = x.nearest(to: 0)
    return place == 0 ? nil : limited(1 / place / place)
  }
}

extension Power: SlopeBounded {
  /// `|p| |x|^(p - 1)` at the end where it is largest.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    if exponent == 0 { return 0 }
    if exponent == 1 { return 1 }
    let isWhole = exponent == exponent.rounded() && abs(exponent) < 0x1p50
    guard isWhole || x.lowerBound > 0 else { return nil }
    // Of positive numbers the power is monotone; a whole exponent makes negative ones no different in size.
    if exponent > 1 { return limited(abs(exponent) * pow(x.largestSize, exponent - 1)) }
    let place = x.nearest(to: 0)
    return place == 0 ? nil : limited(abs(exponent) * pow(abs(place), exponent - 1))
  }
}

/// A slope, raised; nil where it is too large for a number.
private func limited(_ slope: Double) -> Double? {
  let raised = slope.raised
  return raised.isFinite ? raised : nil
}
