/// 1 where a number is above 0, and 0 where it is below: what a comparison is of a difference.
struct UnitStep: Curve {
  /// Whether 0 gives 1.
  let includesZero: Bool

  /// A comparison does not round, but the numbers that it compares did, and may compare otherwise: nothing is said of executions.
  var isExactInSingle: Bool { false }

  private func value(at x: Double) -> Double { x > 0 || (includesZero && x == 0) ? 1 : 0 }

  /// - Soundness: The step nowhere falls, so its values over an interval lie between those at the ends.
  func range(_ lower: Double, _ upper: Double) -> Interval {
    Interval(value(at: lower), value(at: upper))
  }

  /// The end of the interval: a line of slope 0.
  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    (0, value(at: lower))
  }

  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    (0, value(at: upper))
  }
}
