import Foundation

extension RisingCurve {
  /// An interval that holds the derivative at a number, from the value there.
  private func derivative(_ value: Interval) -> Interval {
    let one = Interval(1, 1)
    switch self {
    case .sigmoid: return value * (one - value)
    case .tanh: return one - value * value
    }
  }

  /// The middle of the interval of the value, for choices that need no proof.
  private func near(_ x: Double) -> Double {
    switch self {
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Foundation.tanh(x)
    }
  }

  private func nearDerivative(_ x: Double) -> Double {
    let value = near(x)
    return self == .sigmoid ? value * (1 - value) : 1 - value * value
  }

  /// The curve turned around its middle: `f(x) = s - f(-x)`, with s the sum of its two levels.
  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    let (slope, intercept) = below(-upper, -lower)
    return (slope, Rounding.sumUp(self == .sigmoid ? 1 : 0, -intercept))
  }

  /// A line below the curve over an interval: a slope, and an intercept proved for it.
  ///
  /// - Soundness: For a slope `k`, `f(x) - k x` has to be at least the intercept. Where x is above 0 the curve is concave, and the
  ///   difference is least at an end of that part. Where x is below 0 the curve is convex, so it is above its tangent at any
  ///   number d there: `f(x) - k x >= f(d) - k d + (f'(d) - k) (x - d)`, a linear function, whose least value over that part is
  ///   at an end.
  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    let (touch, slope) = touch(lower, upper)
    var least = Double.infinity
    let factor = Interval(slope, slope)
    if upper > 0 {
      for end in [max(0, lower), upper] {
        least = min(least, (value(at: end) - factor * Interval(end, end)).lower)
      }
    }
    if lower < 0 {
      let (place, value) = (Interval(touch, touch), value(at: touch))
      let base = value - factor * place
      let rise = derivative(value) - factor
      for end in [lower, min(0, upper)] {
        least = min(least, (base + rise * (Interval(end, end) - place)).lower)
      }
    }
    guard least.isFinite, slope.isFinite else { return (0, value(at: lower).lower) }
    return (slope, least)
  }

  /// A good slope for a line below, and the number from `lower` to 0 at which it is a tangent or as near to one as can be.
  private func touch(_ lower: Double, _ upper: Double) -> (Double, Double) {
    let width = upper - lower
    let chord = width > 1e-8 ? (near(upper) - near(lower)) / width : nearDerivative(lower)
    if lower >= 0 { return (0, chord) }
    if upper <= 0 {
      let middle = lower / 2 + upper / 2
      return (middle, nearDerivative(middle))
    }
    // The tangent through the upper end touches where the slope to it is that of the curve, or not before the lower end.
    if nearDerivative(lower) * width >= near(upper) - near(lower) { return (lower, chord) }
    var (left, right) = (lower, 0.0)
    for _ in 0..<40 {
      let middle = left / 2 + right / 2
      if nearDerivative(middle) * (upper - middle) < near(upper) - near(middle) {
        left = middle
      } else {
        right = middle
      }
    }
    return (left, nearDerivative(left))
  }
}
