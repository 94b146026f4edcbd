import Networks
import Tensors

// Step functions. Where they jump, both limits count as points of the graph.

/// A function that never decreases and is constant between its jumps.
protocol StepFunction: ScalarRelaxable {}

extension StepFunction {
  func range(over x: ScalarInterval) -> ScalarInterval {
    ScalarInterval(value(at: x.lower), value(at: x.upper))
  }

  func derivative(at x: Double) -> Double { 0 }

  func exactLine(over x: ScalarInterval) -> ScalarLine? {
    let (low, high) = (value(at: x.lower), value(at: x.upper))
    return low == high ? ScalarLine(slope: 0, intercept: low) : nil
  }
}

extension Sign: StepFunction {
  /// On `l < 0 < u`, above: the constant 1, or the line from `(l, -1)` through `(0, 1)` when that is lower
  /// at the middle; below alike.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    if x.lower == 0 { return (1 / x.upper, 0) }
    if x.upper == 0 { return (0, -1 / x.lower) }
    return x.middle < 0 ? (0, -2 / x.lower) : (2 / x.upper, 0)
  }

  func meetContacts(_ residuals: inout Residuals) {
    residuals.meet(0, 0)
    if residuals.domain.lower < 0 { residuals.meet(0, -1) }
    if residuals.domain.upper > 0 { residuals.meet(0, 1) }
  }

  /// The elements of unknown sign.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { lower[$0] <= 0 && upper[$0] >= 0 && lower[$0] < upper[$0] }
      .map(Int32.init)
  }
}

extension Floor: StepFunction {
  /// The best of the lines of slope 0, of slope 1, and through an end of the graph and the outermost corner.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    let (low, high) = (x.lower.rounded(.down), x.upper.rounded(.down))
    let candidates = [0, 1, (high - low) / (high - x.lower), (high - low) / (x.upper - low - 1)]
      .filter(\.isFinite)
    return nearestSlopes(among: candidates, over: x)
  }

  /// The function minus a line is linear in the number of the step, so the outermost steps decide.
  func meetContacts(_ residuals: inout Residuals) {
    let domain = residuals.domain
    for corner in [domain.lower.rounded(.down) + 1, domain.upper.rounded(.down)]
    where corner > domain.lower {
      residuals.meet(corner, corner)
      residuals.meet(corner, corner - 1)
    }
  }

  /// The elements of unknown value.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { lower[$0].rounded(.down) < upper[$0].rounded(.down) }.map(Int32.init)
  }
}
