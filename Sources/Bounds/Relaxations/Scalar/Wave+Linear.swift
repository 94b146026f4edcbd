import Foundation
import Networks

/// A sine with a phase.
protocol Wave: RangeBounded {
  /// The function is `sin(x + phase)`.
  var phase: Double { get }
}

extension Sine: Wave {
  var phase: Double { 0 }
  func derivative(at x: Double) -> Double { cos(x) }
}

extension Cosine: Wave {
  var phase: Double { 0.5 * .pi }
  func derivative(at x: Double) -> Double { -sin(x) }
}

extension Wave {
  /// How far from 0 places of extremes are still computed well.
  private var reach: Double { 1e6 }

  /// The values at the ends, and 1 or -1 where a crest or a trough is inside or within rounding of it.
  func range(over x: ScalarInterval) -> ScalarInterval {
    guard x.isFinite, max(-x.lower, x.upper) < reach, x.width < 2 * .pi else {
      return ScalarInterval(-1, 1)
    }
    var range = ScalarInterval(value(at: x.lower), value(at: x.upper)).widened(within: -1...1)
    if hasPlace(0.5 * .pi, in: x) { range.upper = 1 }
    if hasPlace(-0.5 * .pi, in: x) { range.lower = -1 }
    return range
  }

  private func hasPlace(_ angle: Double, in x: ScalarInterval) -> Bool {
    let slack = 1e-9
    let turns = ((x.lower - slack + phase - angle) / (2 * .pi)).rounded(.up)
    return angle - phase + 2 * .pi * turns <= x.upper + slack
  }

  /// The lines that are nearest to the function at the middle of the interval; over many periods the best slope is nearly 0.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    guard max(-x.lower, x.upper) < reach, x.width < 8 * .pi else { return (0, 0) }
    if x.isNarrow {
      let slope = derivative(at: x.middle)
      return (slope, slope)
    }
    let (low, high) = nearestSlopes(within: -1...1, over: x, halvings: 30)
    return (0.5 * (low.lower + high.lower), 0.5 * (low.upper + high.upper))
  }

  /// `cos(x + phase) = slope` once on the way up and once on the way down of every period; of each kind the
  /// first and the last place in the domain decide, as the line changes alike from one to the next.
  func meetContacts(_ residuals: inout Residuals) {
    let (slope, domain) = (residuals.slope, residuals.domain)
    guard abs(slope) <= 1 else { return }
    if slope == 0, max(-domain.lower, domain.upper) >= reach {
      // The places are not known well enough, but the heights are.
      residuals.meet(domain.middle, 1)
      residuals.meet(domain.middle, -1)
      return
    }
    let angle = acos(slope)
    for place in [angle - phase, -angle - phase] {
      let first = ((domain.lower - place) / (2 * .pi)).rounded(.up)
      let last = ((domain.upper - place) / (2 * .pi)).rounded(.down)
      for turns in [first, last] {
        let x = place + 2 * .pi * turns
        residuals.meet(x, value(at: x))
      }
    }
  }
}
