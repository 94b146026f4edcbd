import Foundation

/// The sine or the cosine.
enum Wave: Curve {
  case sine
  case cosine

  var stretch: Double? { 1 }

  /// How far from 0 more is said than that the values are from -1 to 1.
  private static let reach = 64.0

  /// Intervals that hold the sine and the cosine of a number.
  ///
  /// `x = 2^k t` with t at most 1/4 in size, exactly. Both lie between neighbouring partial sums of the alternating series of t, whose terms
  /// fall; then `sin 2t = 2 sin t cos t` and `cos 2t = 1 - 2 sin^2 t`, k times.
  static func values(at x: Double) -> (sine: Interval, cosine: Interval) {
    guard abs(x) <= reach else { return (Interval(-1, 1), Interval(-1, 1)) }
    var (t, doublings) = (abs(x), 0)
    while t > 0.25 {
      t /= 2
      doublings += 1
    }
    var (sine, cosine) = (series(t, from: 1), series(t, from: 0))
    let (one, two) = (Interval(1, 1), Interval(2, 2))
    for _ in 0..<doublings {
      (sine, cosine) = ((two * sine * cosine).within(1), (one - two * sine * sine).within(1))
    }
    return (x < 0 ? -sine : sine, cosine)
  }

  /// `t^n / n! - t^(n + 2) / (n + 2)! + ...`, up to the seventh term, which is below 2^-60 of the first.
  private static func series(_ t: Double, from first: Int) -> Interval {
    let square = Interval(t, t) * Interval(t, t)
    var term = first == 0 ? Interval(1, 1) : Interval(t, t)
    var (sum, before) = (term, term)
    for n in 1...7 {
      let last = Double(first + 2 * n)
      term = term * square / Interval(last * (last - 1), last * (last - 1))
      before = sum
      sum = n % 2 == 1 ? sum - term : sum + term
    }
    // The last term is subtracted: the sum before is above, this one is below.
    return Interval(sum.lower, before.upper)
  }

  private func value(at x: Double) -> Interval {
    let values = Self.values(at: x)
    return self == .sine ? values.sine : values.cosine
  }

  private func derivative(at x: Double) -> Interval {
    let values = Self.values(at: x)
    return self == .sine ? values.cosine : -values.sine
  }

  /// - Soundness: Between two ends without a crest the largest value is at an end; where a crest is within 1e-9, it counts. Places are off by
  ///   less than 1e-13.
  func range(_ lower: Double, _ upper: Double) -> Interval {
    guard lower >= -Self.reach, upper <= Self.reach, upper - lower < 6 else {
      return Interval(-1, 1)
    }
    let (first, last) = (value(at: lower), value(at: upper))
    let crest = self == .sine ? 0.5 * Double.pi : 0
    return Interval(
      has(crest + Double.pi, lower, upper) ? -1 : min(first.lower, last.lower),
      has(crest, lower, upper) ? 1 : max(first.upper, last.upper))
  }

  private func has(_ angle: Double, _ lower: Double, _ upper: Double) -> Bool {
    let turns = ((lower - 1e-9 - angle) / (2 * Double.pi)).rounded(.up)
    return angle + 2 * Double.pi * turns <= upper + 1e-9
  }

  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    below(lower, upper, isTurned: false)
  }

  /// `f(x) <= k x + c` where `-f(x) >= -k x - c`.
  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    let (slope, intercept) = below(lower, upper, isTurned: true)
    return (-slope, -intercept)
  }

  /// A line below the curve, or below its negation: of several slopes that which is highest in the middle.
  private func below(
    _ lower: Double, _ upper: Double, isTurned: Bool
  ) -> (slope: Double, intercept: Double) {
    let range = range(lower, upper)
    let flat = (slope: 0.0, intercept: isTurned ? -range.upper : range.lower)
    let width = upper - lower
    guard lower >= -Self.reach, upper <= Self.reach, width < 6 else { return flat }
    let (middle, sign) = (lower / 2 + upper / 2, isTurned ? -1.0 : 1)
    var slopes = [lower, middle, upper].map { sign * derivative(at: $0).lower }
    if width > 1e-8 {
      slopes.append(sign * (value(at: upper).lower - value(at: lower).lower) / width)
    }
    let lines = slopes.map { slope in
      (slope: slope, intercept: least(slope, lower, upper, isTurned: isTurned))
    }
    return lines.reduce(flat) { best, line in
      line.slope * middle + line.intercept > best.slope * middle + best.intercept ? line : best
    }
  }

  /// At most the least value of the curve, or of its negation, less `slope x` over an interval.
  ///
  /// - Soundness: On a piece with middle c and radius r, `f(x) - k x` is at least `f(c) - k c - |f'(c) - k| r - r^2 / 2`, because the second
  ///   derivative is from -1 to 1 (Taylor).
  private func least(
    _ slope: Double, _ lower: Double, _ upper: Double, isTurned: Bool
  ) -> Double {
    let (pieces, factor) = (32, Interval(slope, slope))
    var result = Double.infinity
    var from = lower
    for piece in 1...pieces {
      let to =
        piece == pieces ? upper : lower + (upper - lower) * (Double(piece) / Double(pieces))
      let center = from / 2 + to / 2
      let place = Interval(center, center)
      let radius = max(
        (Interval(to, to) - place).upper, (place - Interval(from, from)).upper, 0)
      let (value, rise) = (value(at: center), derivative(at: center))
      let (own, change) = isTurned ? (-value, -rise - factor) : (value, rise - factor)
      let steepest = max(abs(change.lower), abs(change.upper))
      let reach = Interval(0, radius)
      let loss = (Interval(0, steepest) * reach + reach * reach * Interval(0.5, 0.5)).upper
      result = min(result, Rounding.sumDown((own - factor * place).lower, -loss))
      from = to
    }
    return result
  }
}

extension Interval {
  /// The part within a distance of 0.
  fileprivate func within(_ size: Double) -> Interval {
    Interval(max(-size, lower), min(size, upper))
  }
}
