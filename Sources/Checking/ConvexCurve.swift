import Foundation

/// A function of one number that is convex, or where it is asked about.
enum ConvexCurve: Curve, Hashable {
  /// `exp(x)`.
  case exponential
  /// `1 / x` for numbers above 0.
  case reciprocal
  /// `x^n` with n from 2 on: convex everywhere where n is even, and for numbers from 0 on where it is odd.
  case power(Int)
  /// `|x|`.
  case magnitude

  var isExactInSingle: Bool { self == .magnitude }

  /// Sizes are no farther apart than numbers; the others stretch distances without end.
  var stretch: Double? { self == .magnitude ? 1 : nil }

  /// An interval that holds the value at a number; without ends where there is none.
  private func value(at x: Double) -> Interval {
    let one = Interval(1, 1)
    switch self {
    case .exponential:
      let small = Interval.exponential(ofMinus: abs(x))
      return x <= 0 ? small : one / small
    case .reciprocal:
      return x > 0 ? one / Interval(x, x) : Interval(-.infinity, .infinity)
    case .power(let exponent): return Self.power(x, exponent)
    case .magnitude: return Interval(abs(x), abs(x))
    }
  }

  /// The size's power, with the sign of the number's power.
  private static func power(_ x: Double, _ exponent: Int) -> Interval {
    let factor = Interval(abs(x), abs(x))
    let size = (0..<exponent).reduce(Interval(1, 1)) { power, _ in power * factor }
    return x < 0 && exponent % 2 == 1 ? -size : size
  }

  /// Whether it is convex over an interval.
  private func isConvex(from lower: Double) -> Bool {
    if case .power(let exponent) = self { return exponent % 2 == 0 || lower >= 0 }
    return true
  }

  /// An interval that holds a derivative at a number; of the magnitude, one at 0 is 0.
  private func derivative(at x: Double) -> Interval {
    switch self {
    case .exponential: return value(at: x)
    case .reciprocal: return -(value(at: x) * value(at: x))
    case .power(let exponent):
      let factor = Double(exponent)
      return Interval(factor, factor) * Self.power(x, exponent - 1)
    case .magnitude:
      let sign: Double = x > 0 ? 1 : x < 0 ? -1 : 0
      return Interval(sign, sign)
    }
  }

  func range(_ lower: Double, _ upper: Double) -> Interval {
    let (first, last) = (value(at: lower), value(at: upper))
    switch self {
    case .exponential: return Interval(first.lower, last.upper)
    case .reciprocal:
      return lower > 0 ? Interval(last.lower, first.upper) : value(at: lower)
    case .power(let exponent) where exponent % 2 == 1: return Interval(first.lower, last.upper)
    case .power, .magnitude:
      let least = lower > 0 ? first.lower : upper < 0 ? last.lower : 0
      return Interval(least, max(first.upper, last.upper))
    }
  }

  /// - Soundness: A convex function is above its tangent at any number m: with the stored slope k, `f(x) - k x` is at least
  ///   `f(m) - k m + (f'(m) - k) (x - m)`, a linear function, which is least at an end.
  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard isConvex(from: lower) else { return (0, range(lower, upper).lower) }
    let middle = self == .magnitude && lower < 0 && upper > 0 ? 0 : lower / 2 + upper / 2
    let (place, derivative) = (Interval(middle, middle), derivative(at: middle))
    let slope = derivative.lower / 2 + derivative.upper / 2
    let factor = Interval(slope, slope)
    let base = value(at: middle) - factor * place
    let rise = derivative - factor
    let least = [lower, upper].map { (base + rise * (Interval($0, $0) - place)).lower }
    guard let intercept = least.min(), least.allSatisfy(\.isFinite), slope.isFinite else {
      return (0, range(lower, upper).lower)
    }
    return (slope, intercept)
  }

  /// - Soundness: A convex function less a linear one is largest at an end.
  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard isConvex(from: lower) else { return (0, range(lower, upper).upper) }
    let (first, last) = (value(at: lower), value(at: upper))
    let width = upper - lower
    let slope =
      width > 1e-8 * max(1, abs(lower), abs(upper))
      ? (last.upper - first.lower) / width : derivative(at: lower / 2 + upper / 2).lower
    let factor = Interval(slope, slope)
    let most = [
      (first - factor * Interval(lower, lower)).upper,
      (last - factor * Interval(upper, upper)).upper,
    ]
    guard let intercept = most.max(), most.allSatisfy(\.isFinite), slope.isFinite else {
      return (0, range(lower, upper).upper)
    }
    return (slope, intercept)
  }
}
