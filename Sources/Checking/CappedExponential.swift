/// `exp(x)`, and `exp(cap)` where x is above the cap: what a softmax sums up.
///
/// With it `1 / (1 + sum exp(x_j - x_i))` is too large by at most `exp(-cap)`, where some difference is above the cap, and no number overflows.
struct CappedExponential: Curve {
  static let cap = 300.0
  /// At least `exp(-cap)`.
  static let excess = 0x1p-400

  private let curve = ConvexCurve.exponential
  private var most: Interval { curve.range(Self.cap, Self.cap) }

  func range(_ lower: Double, _ upper: Double) -> Interval {
    curve.range(min(lower, Self.cap), min(upper, Self.cap))
  }

  /// - Soundness: Above the cap the curve less a rising line falls, so it is least at the upper end.
  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard upper > Self.cap else { return curve.below(lower, upper) }
    let (slope, intercept) = curve.below(min(lower, Self.cap), Self.cap)
    guard slope >= 0, lower < Self.cap else { return (0, range(lower, upper).lower) }
    let end = Rounding.sumDown(most.lower, -Rounding.productUp(slope, upper))
    return (slope, min(intercept, end))
  }

  /// - Soundness: Above the cap the curve less a rising line is at most what it is at the cap.
  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard upper > Self.cap else { return curve.above(lower, upper) }
    let (slope, intercept) = curve.above(min(lower, Self.cap), Self.cap)
    guard slope >= 0, lower < Self.cap else { return (0, most.upper) }
    return (slope, intercept)
  }
}
