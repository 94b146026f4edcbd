import Foundation

/// A function of one number, which a node computes of each element that it reads.
protocol Curve: Sendable {
  /// How much it stretches a distance at most; nil where that is not known.
  var stretch: Double? { get }
  /// Whether single precision computes it without rounding.
  var isExactInSingle: Bool { get }
  /// An interval that holds the values over an interval; with infinite ends where there may be none.
  func range(_ lower: Double, _ upper: Double) -> Interval
  /// A line that is nowhere above the curve over an interval: its slope and its value at 0.
  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double)
  /// A line that is nowhere below the curve over an interval.
  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double)
}

extension Curve {
  var stretch: Double? { nil }
  var isExactInSingle: Bool { false }

  func enclosure(of x: Enclosure) -> Enclosure {
    let ranges = zip(x.lower, x.upper).map { range($0, $1) }
    return Enclosure(lower: ranges.map(\.lower), upper: ranges.map(\.upper))
  }

  /// Lines below and above over intervals.
  func lines(over x: Enclosure) -> Lines {
    var lines = Lines(slope: 0, over: x)
    for place in x.lower.indices {
      let (lower, upper) = (x.lower[place], x.upper[place])
      (lines.lowerSlope[place], lines.lowerIntercept[place]) = below(lower, upper)
      (lines.upperSlope[place], lines.upperIntercept[place]) = above(lower, upper)
    }
    lines.finish(x)
    return lines
  }
}

/// A curve that rises from one level to another: the logistic function or the hyperbolic tangent.
enum RisingCurve: Curve {
  /// `1 / (1 + exp(-x))`.
  case sigmoid
  /// `(exp(x) - exp(-x)) / (exp(x) + exp(-x))`.
  case tanh

  /// An interval that holds the value at a number.
  ///
  /// With `e = exp(-|x|)` for the logistic function, or `exp(-2 |x|)`, both are quotients of sums of numbers that are not
  /// negative; for negative numbers they follow by symmetry.
  func value(at x: Double) -> Interval {
    let (one, size) = (Interval(1, 1), abs(x))
    let result: Interval
    switch self {
    case .sigmoid:
      let e = Interval.exponential(ofMinus: size)
      result = x >= 0 ? one / (one + e) : e / (one + e)
    case .tanh:
      let e = Interval.exponential(ofMinus: 2 * size)
      let ratio = (one - e) / (one + e)
      result = x >= 0 ? ratio : -ratio
    }
    // Both are between these for every number.
    let least: Double = self == .sigmoid ? 0 : -1
    return Interval(max(least, result.lower), min(1, result.upper))
  }

  var stretch: Double? { self == .sigmoid ? 0.25 : 1 }

  func range(_ lower: Double, _ upper: Double) -> Interval {
    Interval(value(at: lower).lower, value(at: upper).upper)
  }
}

extension Interval {
  /// An interval that holds `exp(-x)`, for x from 0 on.
  ///
  /// `x = 2^k t` with t at most 1/4, exactly; `exp(-t)` lies between two neighbouring partial sums of its alternating series, whose
  /// terms fall; and `exp(-x)` is its square, k times. Squares double the relative error each time, to less than 2^-40 for
  /// all x below 1024.
  static func exponential(ofMinus x: Double) -> Interval {
    guard x < 700 else { return Interval(0, 0x1p-1000) }
    var (t, squares) = (x, 0)
    while t > 0.25 {
      t /= 2
      squares += 1
    }
    let step = Interval(t, t)
    var (term, sum) = (Interval(1, 1), Interval(1, 1))
    var before = sum
    // Ends with a negative term: the sum before is above, this one is below. The terms behind 1/4^13 / 13! do not matter.
    for n in 1...13 {
      term = term * step / Interval(Double(n), Double(n))
      before = sum
      sum = n % 2 == 1 ? sum - term : sum + term
    }
    var result = Interval(max(0, sum.lower), min(1, before.upper))
    for _ in 0..<squares { result = result * result }
    return Interval(max(0, result.lower), result.upper)
  }
}
