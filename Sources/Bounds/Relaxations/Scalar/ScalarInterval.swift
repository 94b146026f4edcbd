/// A closed interval of numbers, for one element of a tensor.
struct ScalarInterval: Sendable {
  var lower: Double
  var upper: Double

  /// Creates an interval from its ends, in either order: rounding may cross the ends of a very narrow one.
  init(_ a: Double, _ b: Double) {
    (lower, upper) = a > b ? (b, a) : (a, b)
  }

  var width: Double { upper - lower }
  /// The middle, without overflow.
  var middle: Double { lower + 0.5 * (upper - lower) }
  var isFinite: Bool { lower.isFinite && upper.isFinite }
  /// Whether either end is NaN: nothing is known, and nothing may be concluded.
  var isUndefined: Bool { lower.isNaN || upper.isNaN }
  /// Whether the ends are so close that a quotient of differences would be mostly rounding error.
  var isNarrow: Bool { width <= 1e-10 * max(abs(lower), abs(upper)) }

  func contains(_ x: Double) -> Bool { lower <= x && x <= upper }

  /// The interval mirrored at 0.
  var mirrored: ScalarInterval { ScalarInterval(-upper, -lower) }

  /// The interval widened by the error of a few library calls, but not beyond limits.
  func widened(within limits: ClosedRange<Double> = -Double.infinity...Double.infinity)
    -> ScalarInterval
  {
    guard !isUndefined else { return .undefined }
    let low = lower - abs(lower) * 8 * .ulpOfOne - .leastNormalMagnitude
    let high = upper + abs(upper) * 8 * .ulpOfOne + .leastNormalMagnitude
    // An infinite end stays; infinity times 0 must not make it NaN.
    return ScalarInterval(
      lower.isFinite ? max(low, limits.lowerBound) : lower,
      upper.isFinite ? min(high, limits.upperBound) : upper)
  }

  /// The interval with ends moved outward by the error of a few roundings; those that are 0 are exact and stay.
  var movedOutward: ScalarInterval {
    func room(_ end: Double) -> Double {
      end == 0 || !end.isFinite ? 0 : abs(end) * 8 * .ulpOfOne + .leastNormalMagnitude
    }
    return isUndefined ? .undefined : ScalarInterval(lower - room(lower), upper + room(upper))
  }

  static var undefined: ScalarInterval { ScalarInterval(.nan, .nan) }
  static var everything: ScalarInterval { ScalarInterval(-.infinity, .infinity) }
}

/// A straight line.
struct ScalarLine: Sendable {
  var slope: Double
  var intercept: Double
}

/// A line below and a line above.
struct ScalarLines: Sendable {
  var lower: ScalarLine
  var upper: ScalarLine

  /// The two horizontal lines at the ends of a range.
  init(constant range: ScalarInterval, _ rounding: OutwardRounding) {
    lower = ScalarLine(slope: 0, intercept: rounding.down(range.lower))
    upper = ScalarLine(slope: 0, intercept: rounding.up(range.upper))
  }

  init(lower: ScalarLine, upper: ScalarLine) {
    self.lower = lower
    self.upper = upper
  }
}

/// The smallest and the largest of `f(x) - slope * x` over the places where it can be extreme.
///
/// - Soundness: `least` is at most, and `greatest` at least, every met value, rounding of `f`, of the product
///   and of the difference included.
struct Residuals {
  let slope: Double
  let domain: ScalarInterval
  private(set) var least = Double.infinity
  private(set) var greatest = -Double.infinity
  private(set) var leastPlace = 0.0
  private(set) var greatestPlace = 0.0

  init(slope: Double, over domain: ScalarInterval) {
    self.slope = slope
    self.domain = domain
  }

  /// Takes the point `(x, y)` of the graph into account, if `x` is in the domain.
  ///
  /// - Parameter more: How far `y` may be off beyond the error of a library call.
  mutating func meet(_ x: Double, _ y: Double, error more: Double = 0) {
    guard domain.contains(x) else { return }
    let product = slope * x
    let value = y - product
    let error = 8 * .ulpOfOne * (abs(y) + abs(product)) + more + .leastNormalMagnitude
    guard value.isFinite, error.isFinite else {
      // An infinite value still bounds one side; a NaN bounds none.
      if !(value == .infinity) { least = -.infinity }
      if !(value == -.infinity) { greatest = .infinity }
      return
    }
    if value - error < least { (least, leastPlace) = (value - error, x) }
    if value + error > greatest { (greatest, greatestPlace) = (value + error, x) }
  }
}
