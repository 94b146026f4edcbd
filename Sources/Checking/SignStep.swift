/// The sign of a number: -1, 0 or 1.
struct SignStep: Curve {
  var isExactInSingle: Bool { true }

  private func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }

  func range(_ lower: Double, _ upper: Double) -> Interval { Interval(sign(lower), sign(upper)) }

  /// - Soundness: With a slope k from 0 on, `sign(x) - k x` is at least -1 where x is below 0, 0 at 0, and at least `1 - k u` above.
  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard lower < 0, upper > -lower else { return (0, sign(lower)) }
    let slope = 2 / upper
    guard slope.isFinite else { return (0, -1) }
    return (slope, min(-1, Rounding.sumDown(1, -Rounding.productUp(slope, upper))))
  }

  /// The sign is odd: `sign(x) = -sign(-x)`.
  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    let (slope, intercept) = below(-upper, -lower)
    return (slope, -intercept)
  }
}
