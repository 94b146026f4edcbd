import Foundation

/// Bounds of the softmax of one group of inputs, in double precision.
struct SoftmaxGroup {
  private let x: [ScalarInterval]
  /// The range of each output, rounded outward.
  private(set) var ranges: [ScalarInterval] = []

  /// Bounds each output by the corner of the box that is worst for it.
  ///
  ///     1 / (1 + sum_{j != i} exp(u_j - l_i))  <=  s_i  <=  1 / (1 + sum_{j != i} exp(l_j - u_i))
  ///
  /// - Soundness: Rounding of the sum is added outward. Over an undefined input all ranges are undefined.
  init(_ x: [ScalarInterval]) {
    self.x = x
    guard x.allSatisfy({ !$0.isUndefined }) else {
      ranges = [ScalarInterval](repeating: .undefined, count: x.count)
      return
    }
    ranges = x.indices.map { i in
      var (low, high) = (1.0, 1.0)
      for j in x.indices where j != i {
        // An infinite difference of infinite ends is not known, so it counts against the bound.
        let (up, down) = (x[j].upper - x[i].lower, x[j].lower - x[i].upper)
        low += up.isNaN ? .infinity : exp(up)
        high += down.isNaN ? 0 : exp(down)
      }
      let error = 1 + relativeError(x[i].magnitude)
      return ScalarInterval(1 / low / error, min(1, 1 / high * error)).widened(within: 0...1)
    }
  }

  /// How far a sum of exponentials of differences of numbers of some size may be off, relatively.
  private func relativeError(_ magnitude: Double) -> Double {
    // Differences are off by half a unit in their last place; beyond 750 the exponential is 0 or infinite.
    let size = min(1500, magnitude + (x.map(\.magnitude).max() ?? 0))
    return 4 * .ulpOfOne * (Double(x.count) + 8 + size)
  }

  /// A plane in the inputs.
  typealias Plane = GroupPlane

  /// Planes that enclose every output.
  ///
  /// Below, with the chords `c_j` of the exponentials: `exp(x_i) / sum_j c_j(x_j)` is convex, so a tangent
  /// plane is below it. Above: `s_i = exp(t)` with `t = -log sum_j exp(x_j - x_i)`, which is concave; `exp`
  /// is below its chord over the range of `t`, and `t` below its tangent plane. Both touch at the middle of
  /// the box. Where a plane is worse there than the range, the constant is used. At a point both
  /// are the derivative.
  ///
  /// Source: Wei et al., "Convex bounds on the softmax function with applications to robustness
  /// verification" (2023), section 4 (LSE bounds).
  ///
  /// - Soundness: Slopes are rounded first; intercepts take the difference, and the rounding of everything
  ///   computed here, into account.
  func planes(_ rounding: OutwardRounding) -> (lower: [Plane], upper: [Plane]) {
    let zeros = [Double](repeating: 0, count: x.count)
    var lower = ranges.map { Plane(slopes: zeros, intercept: rounding.down($0.lower)) }
    var upper = ranges.map { Plane(slopes: zeros, intercept: rounding.up($0.upper)) }
    guard x.allSatisfy({ $0.isFinite }) else { return (lower, upper) }
    let middle = x.map(\.middle)
    let isWide = x.contains { $0.width > 1e-6 }
    let chords = Chords(x, middle)
    let top = middle.max() ?? 0
    let exponentials = middle.map { exp($0 - top) }
    let sum = exponentials.reduce(0, +)
    for i in x.indices {
      let error = relativeError(x[i].magnitude)
      let ratio = exp(middle[i] - chords.shift) / chords.height
      let below = TangentPlane(
        value: ratio * (1 - 4 * error) - .leastNormalMagnitude,
        slopes: x.indices.map { ratio * (($0 == i ? 1 : 0) - chords.slopes[$0] / chords.height) },
        slopeErrors: x.indices.map {
          4 * error * ratio * (($0 == i ? 1 : 0) + chords.slopes[$0] / chords.height)
        })
      if !(isWide && below.value < ranges[i].lower) {
        let plane = below.plane(x, middle, sign: -1, rounding)
        if plane.intercept.isFinite { lower[i] = plane }
      }
      let share = exponentials[i] / sum
      let (factor, offset) = exponentialChord(over: ranges[i], near: share)
      let log = middle[i] - top - Foundation.log(sum)
      let logError = .ulpOfOne * (8 + 2 * abs(middle[i] - top) + Double(x.count))
      let above = TangentPlane(
        value: (offset + factor * log) + 4 * .ulpOfOne * (abs(offset) + factor * abs(log))
          + factor * logError + .leastNormalMagnitude,
        slopes: x.indices.map { factor * (($0 == i ? 1 : 0) - exponentials[$0] / sum) },
        slopeErrors: x.indices.map {
          4 * error * factor * (($0 == i ? 1 : 0) + exponentials[$0] / sum)
        })
      if !(isWide && above.value > ranges[i].upper) {
        let plane = above.plane(x, middle, sign: 1, rounding)
        if plane.intercept.isFinite { upper[i] = plane }
      }
    }
    return (lower, upper)
  }

  /// A line above `exp(t)` where `exp(t)` is in a range: its slope and its value at `t = 0`.
  private func exponentialChord(over range: ScalarInterval, near share: Double) -> (
    slope: Double, offset: Double
  ) {
    let (low, high) = (log(range.lower), log(range.upper))
    // A range that reaches 0 has a horizontal chord.
    guard low.isFinite else { return (0, range.upper) }
    let isNarrow = range.width < 1e-7 * range.upper
    let slope = isNarrow ? share : range.width / (high - low)
    let error = 4 * .ulpOfOne * (range.upper + slope * (abs(low) + 1))
    return (slope, max(range.upper - slope * high, range.lower - slope * low) + error)
  }
}

/// A plane in the inputs of a group.
struct GroupPlane {
  var slopes: [Double]
  var intercept: Double
}

extension ScalarInterval {
  var magnitude: Double { max(abs(lower), abs(upper)) }
}

/// The sum of lines above the exponentials of `x_j - shift`.
struct Chords {
  let shift: Double
  let slopes: [Double]
  /// The sum of the lines at the middle of the box.
  let height: Double

  init(_ x: [ScalarInterval], _ middle: [Double]) {
    let shift = x.map(\.upper).max() ?? 0
    self.shift = shift
    var height = 0.0
    slopes = x.indices.map { j in
      let (low, high) = (exp(x[j].lower - shift), exp(x[j].upper - shift))
      let size = min(750, abs(x[j].lower - shift)) + abs(middle[j]) + 16
      height += 0.5 * (low + high) * (1 + 8 * .ulpOfOne * size)
      return x[j].width < 1e-7 ? exp(middle[j] - shift) : (high - low) / x[j].width
    }
    self.height = height * (1 + 4 * .ulpOfOne * Double(x.count + 2)) + .leastNormalMagnitude
  }
}

/// A tangent plane, given at the middle of the box.
struct TangentPlane {
  var value: Double
  var slopes: [Double]
  var slopeErrors: [Double]

  /// The plane with rounded slopes; `sign` says to which side its intercept is moved.
  func plane(_ x: [ScalarInterval], _ middle: [Double], sign: Double, _ rounding: OutwardRounding)
    -> GroupPlane
  {
    let rounded = slopes.map(rounding.nearest)
    var (intercept, error) = (value, 4 * .ulpOfOne * abs(value))
    for j in x.indices {
      intercept -= rounded[j] * middle[j]
      // The radius, and how far the middle is from where it should be.
      let radius = 0.5 * x[j].width * (1 + 4 * .ulpOfOne) + 4 * .ulpOfOne * abs(middle[j])
      error += (abs(rounded[j] - slopes[j]) + slopeErrors[j]) * radius
      error += 4 * .ulpOfOne * Double(x.count + 2) * abs(rounded[j] * middle[j])
    }
    error += .leastNormalMagnitude
    return GroupPlane(
      slopes: rounded,
      intercept: sign < 0 ? rounding.down(intercept - error) : rounding.up(intercept + error))
  }
}
