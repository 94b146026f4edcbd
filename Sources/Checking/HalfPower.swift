/// `x^(h / 2)` for numbers above 0, with h a whole number from -8 to -1, or 1: the root, and powers with a negative exponent.
///
/// It falls and is convex where h is below 0, and rises and is concave for 1.
struct HalfPower: Curve {
  /// Twice the exponent.
  let halves: Int

  /// The root.
  static let root = HalfPower(halves: 1)

  private init(halves: Int) { self.halves = halves }

  /// Nil where the exponent is none of those that have a rule: -4, -3.5, ... -0.5, and 0.5.
  init?(exponent: Double) {
    let doubled = 2 * exponent
    guard doubled == 1 || (-8...(-1)).contains(doubled), doubled == doubled.rounded() else {
      return nil
    }
    self.init(halves: Int(doubled))
  }

  /// Between which numbers values are computed: no power on the way, of an exponent up to 5 in size, leaves the normal doubles.
  private static let reach = 0x1p-180...0x1p180
  private static let nothing = Interval(-.infinity, .infinity)

  /// An interval that holds `x^(h / 2)`, for an x within reach.
  ///
  /// - Soundness: IEEE rounds a square root to nearest, so its neighbours are around it; all other steps round outward.
  private static func power(_ x: Double, halves: Int) -> Interval {
    let whole = Interval(x, x)
    let size = abs(halves)
    var result = (0..<size / 2).reduce(Interval(1, 1)) { power, _ in power * whole }
    if size % 2 == 1 {
      let root = x.squareRoot()
      // Within reach, the remainder is 0 only where the root is exact.
      let isExact = (-x).addingProduct(root, root) == 0
      result = result * (isExact ? Interval(root, root) : Interval(root.down, root.up))
    }
    return halves < 0 ? Interval(1, 1) / result : result
  }

  private func isWithinReach(_ lower: Double, _ upper: Double) -> Bool {
    Self.reach.contains(lower) && Self.reach.contains(upper) && lower <= upper
  }

  private func value(at x: Double) -> Interval { Self.power(x, halves: halves) }

  private func derivative(at x: Double) -> Interval {
    let factor = Double(halves) / 2
    return Interval(factor, factor) * Self.power(x, halves: halves - 2)
  }

  /// It rises or falls throughout; where an end is not within reach nothing is said.
  func range(_ lower: Double, _ upper: Double) -> Interval {
    guard isWithinReach(lower, upper) else { return Self.nothing }
    let (first, last) = (value(at: lower), value(at: upper))
    return halves < 0
      ? Interval(last.lower, first.upper) : Interval(first.lower, last.upper)
  }

  func below(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard isWithinReach(lower, upper) else { return (0, -.infinity) }
    return halves == 1 ? chord(lower, upper, sign: 1) : tangent(lower, upper, sign: 1)
  }

  /// `f(x) <= k x + c` where `-f(x) >= -k x - c`.
  func above(_ lower: Double, _ upper: Double) -> (slope: Double, intercept: Double) {
    guard isWithinReach(lower, upper) else { return (0, .infinity) }
    let (slope, intercept) =
      halves == 1 ? tangent(lower, upper, sign: -1) : chord(lower, upper, sign: -1)
    return (-slope, -intercept)
  }

  /// A line below the curve times a sign, which is convex.
  ///
  /// - Soundness: It is above its tangent at any number m of the interval: with the slope k, `g(x) - k x` is at least
  ///   `g(m) - k m + (g'(m) - k) (x - m)`, a linear function, which is least at an end.
  private func tangent(
    _ lower: Double, _ upper: Double, sign: Double
  ) -> (slope: Double, intercept: Double) {
    // In the geometric middle the tangent of a falling power stays near the curve at the lower end, where it is steep.
    let touch = min(max(lower.squareRoot() * upper.squareRoot(), lower), upper)
    let (place, side) = (Interval(touch, touch), Interval(sign, sign))
    let derivative = side * derivative(at: touch)
    let slope = derivative.lower / 2 + derivative.upper / 2
    let factor = Interval(slope, slope)
    let base = side * value(at: touch) - factor * place
    let rise = derivative - factor
    let least = [lower, upper].map { (base + rise * (Interval($0, $0) - place)).lower }
    return (slope, min(least[0], least[1]))
  }

  /// A line below the curve times a sign, which is concave.
  ///
  /// - Soundness: A concave function less a linear one is least at an end.
  private func chord(
    _ lower: Double, _ upper: Double, sign: Double
  ) -> (slope: Double, intercept: Double) {
    let side = Interval(sign, sign)
    let (first, last) = (side * value(at: lower), side * value(at: upper))
    let width = upper - lower
    let slope =
      width > 1e-8 * upper
      ? (last.lower - first.lower) / width : (side * derivative(at: lower)).lower
    let factor = Interval(slope, slope)
    let least = [
      (first - factor * Interval(lower, lower)).lower,
      (last - factor * Interval(upper, upper)).lower,
    ]
    return (slope, min(least[0], least[1]))
  }
}
