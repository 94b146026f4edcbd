import Networks
import Tensors

// Functions with jumps. Where they jump, both limits count as points of the graph.

extension Step: PiecewiseCurve {
  /// The values at the ends.
  ///
  /// - Soundness: The function never falls, so its values lie between those at the ends, exactly.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].map(apply)
  }

  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(value(at: x.lower), value(at: x.upper))
  }

  func derivative(at x: Double) -> Double { 0 }
  func limits(at x: Double) -> [Double] { x == 0 ? [0, 1] : [] }

  func exactLine(over x: ScalarInterval) -> ScalarLine? {
    let (low, high) = (value(at: x.lower), value(at: x.upper))
    return low == high ? ScalarLine(slope: 0, intercept: low) : nil
  }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    [
      .straight(-.infinity, 0, slope: 0, intercept: 0),
      .straight(0, .infinity, slope: 0, intercept: 1),
    ]
  }

  /// The elements of unknown sign.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { value(at: lower[$0]) != value(at: upper[$0]) }.map(Int32.init)
  }
}

extension IsZero: PiecewiseCurve {
  func range(over x: ScalarInterval) -> ScalarInterval {
    if x.isUndefined { return .undefined }
    return ScalarInterval(x.lower == 0 && x.upper == 0 ? 1 : 0, x.contains(0) ? 1 : 0)
  }

  func derivative(at x: Double) -> Double { 0 }
  func limits(at x: Double) -> [Double] { x == 0 ? [0, 1] : [] }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    [
      .straight(-.infinity, 0, slope: 0, intercept: 0),
      .straight(0, .infinity, slope: 0, intercept: 0),
    ]
  }

  /// The elements that may be 0.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { lower[$0] <= 0 && upper[$0] >= 0 && lower[$0] < upper[$0] }
      .map(Int32.init)
  }
}

extension Shrink: PiecewiseCurve {
  func limits(at x: Double) -> [Double] {
    if x == threshold { return [0, x - bias] }
    return !keepsPositiveOnly && x == -threshold ? [0, x + bias] : []
  }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    let above = CurvePiece.straight(threshold, .infinity, slope: 1, intercept: -bias)
    guard !keepsPositiveOnly else {
      return [.straight(-.infinity, threshold, slope: 0, intercept: 0), above]
    }
    return [
      .straight(-.infinity, -threshold, slope: 1, intercept: bias),
      .straight(-threshold, threshold, slope: 0, intercept: 0), above,
    ]
  }
}

extension Remainder: ScalarRelaxable, RangeBounded {
  /// How many whole multiples of the divisor's size are taken off; nil for too many to tell.
  private func multiples(_ x: Double) -> Double? {
    let count = ((x - value(at: x)) / abs(divisor)).rounded()
    return abs(count) < 0x1p50 ? count : nil
  }

  /// Whether the same multiple is taken off over all of an interval, so that the function is a line there.
  private func isLine(over x: ScalarInterval) -> Bool {
    guard x.isFinite, let low = multiples(x.lower), let high = multiples(x.upper) else {
      return false
    }
    return low == high
  }

  func range(over x: ScalarInterval) -> ScalarInterval {
    guard !x.isUndefined else { return .undefined }
    if isLine(over: x) {
      return ScalarInterval(value(at: x.lower), value(at: x.upper)).movedOutward
    }
    let size = abs(divisor)
    if roundsDown { return ScalarInterval(min(0, divisor), max(0, divisor)) }
    // On either side of 0 the function is the number itself before it first falls back to 0.
    return ScalarInterval(max(-size, min(0, x.lower)), min(size, max(0, x.upper)))
  }

  /// The line through both ends where nothing wraps; constants elsewhere.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    isLine(over: x) ? (1, 1) : (.nan, .nan)
  }

  func usefulSlopes(over x: ScalarInterval) -> ClosedRange<Double> { 0...0 }

  /// None, where nothing wraps, which is the only place where lines are asked for.
  func meetContacts(_ residuals: inout Residuals) {
    let x = residuals.domain
    guard !isLine(over: x) else { return }
    let range = range(over: x)
    for end in [x.lower, x.upper] {
      residuals.meet(end, range.lower)
      residuals.meet(end, range.upper)
    }
  }
}

extension RoundToEven: ScalarRelaxable, RangeBounded {
  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(value(at: x.lower), value(at: x.upper))
  }

  func exactLine(over x: ScalarInterval) -> ScalarLine? {
    let (low, high) = (value(at: x.lower), value(at: x.upper))
    return low == high ? ScalarLine(slope: 0, intercept: low) : nil
  }

  /// The best of the lines of slope 0, of slope 1, and through an end of the graph and the outermost corner.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    let (low, high) = (value(at: x.lower), value(at: x.upper))
    let candidates = [
      0, 1, (high - low) / (high - 0.5 - x.lower), (high - low) / (x.upper - low - 0.5),
    ]
    .filter(\.isFinite)
    var (lower, upper) = (0.0, 0.0)
    var (highest, lowest) = (-Double.infinity, Double.infinity)
    for slope in candidates {
      let residuals = residuals(slope: slope, over: x)
      let below = residuals.least + slope * x.middle
      let above = residuals.greatest + slope * x.middle
      if below > highest { (lower, highest) = (slope, below) }
      if above < lowest { (upper, lowest) = (slope, above) }
    }
    return (lower, upper)
  }

  /// The function minus a line is linear in the number of the step, so the outermost steps decide.
  func meetContacts(_ residuals: inout Residuals) {
    let domain = residuals.domain
    let (low, high) = (value(at: domain.lower), value(at: domain.upper))
    guard low < high else { return }
    for (corner, step) in [(low + 0.5, low), (high - 0.5, high - 1)] {
      residuals.meet(corner, step)
      residuals.meet(corner, step + 1)
    }
  }

  /// The elements of unknown value.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { value(at: lower[$0]) < value(at: upper[$0]) }.map(Int32.init)
  }
}
