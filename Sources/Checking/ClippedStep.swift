/// A number, moved to the nearest one between two limits, of which either may be missing (infinite).
struct ClippedStep: Curve {
  let least: Double
  let most: Double

  /// Nil where the limits cross or are no numbers.
  init?(_ least: Double, _ most: Double) {
    guard least < most, least < .infinity, most > -.infinity else { return nil }
    (self.least, self.most) = (least, most)
  }

  var stretch: Double? { 1 }
  var isExactInSingle: Bool { true }

  private func value(at x: Double) -> Double { min(max(x, least), most) }

  func range(_ lower: Double, _ upper: Double) -> Interval {
    Interval(value(at: lower), value(at: upper))
  }

  /// - Soundness: See `farthest`.
  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard lower.isFinite, upper.isFinite else { return (0, value(at: lower)) }
    // On the left a limit bends upward, as a rectifier does; on the right the chord from the last number is below the bend.
    let slope =
      lower >= most || upper <= least
      ? 0
      : upper <= most
        ? (lower >= least || upper - least > least - lower ? 1.0 : 0)
        : rise(from: max(lower, least), to: upper, isSteeper: lower >= least, lower, upper)
    guard slope > 0, slope.isFinite else { return (0, value(at: lower)) }
    return (slope, farthest(slope, lower, upper).lower)
  }

  /// The clipping between the limits turned round: `f(x) = -g(-x)`.
  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard let turned = ClippedStep(-most, -least) else { return (0, value(at: upper)) }
    let (slope, intercept) = turned.below(-upper, -lower)
    return (slope, -intercept)
  }

  /// The slope of the chord to the last number; 0 where the level of the lower limit is nearer in the middle.
  private func rise(
    from start: Double, to end: Double, isSteeper: Bool, _ lower: Double, _ upper: Double
  ) -> Double {
    let slope = (value(at: end) - value(at: start)) / (end - start)
    if isSteeper { return slope }
    let middle = lower / 2 + upper / 2
    return farthest(slope, lower, upper).lower + slope * middle > least ? slope : 0
  }

  /// An interval that holds the least value of the clipping less `slope x` over an interval.
  ///
  /// - Soundness: The difference is linear between the ends and the limits that lie between them, so it is least at one of these.
  private func farthest(_ slope: Double, _ lower: Double, _ upper: Double) -> Interval {
    let factor = Interval(slope, slope)
    let places = [lower, upper] + [least, most].filter { $0 > lower && $0 < upper }
    let values = places.map { x in
      let y = value(at: x)
      return Interval(y, y) - factor * Interval(x, x)
    }
    return values.dropFirst().reduce(values[0]) { first, other in
      Interval(min(first.lower, other.lower), min(first.upper, other.upper))
    }
  }
}
