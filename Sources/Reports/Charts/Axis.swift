import Foundation

/// A range of numbers on an edge of a chart, and the marks along it.
struct Axis {
  /// How numbers are spaced.
  enum Scale {
    case linear
    /// By their logarithm; the range is positive.
    case logarithmic
  }

  let range: ClosedRange<Double>
  let scale: Scale
  /// The numbers that are marked.
  let ticks: [Double]

  /// Creates an axis for some numbers.
  ///
  /// - Parameters:
  ///   - values: The numbers to show, finite.
  ///   - includesZero: Whether the range starts at zero or below; a logarithmic one cannot.
  ///   - isWhole: Whether only whole numbers are marked.
  ///   - fits: Whether the range ends at the numbers themselves instead of at marks.
  init(
    _ values: [Double], scale: Scale = .linear, includesZero: Bool = false, isWhole: Bool = false,
    fits: Bool = false
  ) {
    let positive = scale == .logarithmic ? values.filter { $0 > 0 } : values
    self.scale = positive.isEmpty ? .linear : scale
    var low = positive.min() ?? 0
    var high = positive.max() ?? 1
    if includesZero && self.scale == .linear { (low, high) = (min(low, 0), max(high, 0)) }
    if self.scale == .logarithmic {
      let ticks = Self.logarithmicTicks(low, high)
      self.ticks = ticks
      range = min(low, ticks[0])...max(high, ticks[ticks.count - 1])
      return
    }
    // A single number gets room on both sides.
    if low == high {
      let room = low == 0 ? 1 : abs(low) / 2
      (low, high) = includesZero ? (min(0, low), max(0, high)) : (low - room, high + room)
      if low == high { high = low + 1 }
    }
    let step = Self.step(for: high - low, isWhole: isWhole)
    let first = (low / step).rounded(fits ? .up : .down)
    let last = (high / step).rounded(fits ? .down : .up)
    let ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    self.ticks = ticks
    range = fits ? low...high : first * step...last * step
  }

  /// The place of a number, from 0 at the low end to 1 at the high end; the nearer end for one outside.
  func place(_ value: Double) -> Double {
    let part: Double
    switch scale {
    case .linear: part = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    case .logarithmic:
      guard value > 0 else { return 0 }
      part = log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
    }
    return part.isFinite ? max(0, min(1, part)) : 0
  }

  /// A distance between marks of 1, 2 or 5 times a power of ten that gives about five of them.
  private static func step(for length: Double, isWhole: Bool) -> Double {
    let raw = length / 5
    let power = pow(10, floor(log10(raw)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= raw * 0.999 } ?? raw
    return isWhole ? max(1, step) : step
  }

  /// Powers of ten from the one below to the one above; over a short range twice and five times them too.
  private static func logarithmicTicks(_ low: Double, _ high: Double) -> [Double] {
    let (first, last) = (Int(floor(log10(low) + 1e-9)), Int(ceil(log10(high) - 1e-9)))
    let decades = max(first, last) - first
    // No more than about eight marks.
    let every = max(1, (decades + 7) / 8)
    if decades > 2 {
      let end = first + (decades + every - 1) / every * every
      return stride(from: first, through: end, by: every).map { pow(10, Double($0)) }
    }
    let all = (first...max(last, first + 1)).flatMap { exponent in
      [1, 2, 5].map { $0 * pow(10, Double(exponent)) }
    }
    let below = all.last { $0 <= low * (1 + 1e-9) } ?? all[0]
    let above = all.first { $0 >= high * (1 - 1e-9) } ?? all[all.count - 1]
    let within = all.filter { $0 >= below && $0 <= above }
    return within.count > 1 ? within : [below, below * 2]
  }
}
