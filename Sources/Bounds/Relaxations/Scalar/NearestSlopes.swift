extension ScalarRelaxable {
  /// Which of some slopes give the lower and the upper line that are nearest to the function at the middle of an interval;
  /// 0 where there are none.
  func nearestSlopes(
    among candidates: [Double], over x: ScalarInterval
  ) -> (lower: Double, upper: Double) {
    var (lower, upper) = (0.0, 0.0)
    var (highest, lowest) = (-Double.infinity, Double.infinity)
    for slope in candidates {
      let residuals = residuals(slope: slope, over: x)
      let (below, above) = (
        residuals.least + slope * x.middle, residuals.greatest + slope * x.middle
      )
      if below > highest { (lower, highest) = (slope, below) }
      if above < lowest { (upper, lowest) = (slope, above) }
    }
    return (lower, upper)
  }

  /// Closes in on the slopes whose lines are nearest to the function at the middle of an interval.
  ///
  /// The height at the middle of the upper line with slope `k` is `max (f(x) - k x) + k m`, a convex
  /// function of `k` whose derivative is `m - x*`, where `x*` is the place of the maximum: bisection finds
  /// its minimum; below alike.
  ///
  /// - Parameter halvings: How often the range of slopes is halved.
  /// - Returns: The ends of the ranges that are left.
  func nearestSlopes(
    within range: ClosedRange<Double>, over x: ScalarInterval, halvings: Int
  ) -> (low: (lower: Double, upper: Double), high: (lower: Double, upper: Double)) {
    var low = (lower: range.lowerBound, upper: range.lowerBound)
    var high = (lower: range.upperBound, upper: range.upperBound)
    for _ in 0..<halvings {
      let upper = 0.5 * (low.upper + high.upper)
      if residuals(slope: upper, over: x).greatestPlace > x.middle {
        low.upper = upper
      } else {
        high.upper = upper
      }
      let lower = 0.5 * (low.lower + high.lower)
      if residuals(slope: lower, over: x).leastPlace < x.middle {
        low.lower = lower
      } else {
        high.lower = lower
      }
    }
    return (low, high)
  }
}
