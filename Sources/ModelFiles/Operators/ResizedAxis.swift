import Networks

/// How resizing reads pixels between pixels: the attributes that all axes share.
struct ResizeRule {
  /// `nearest`, `linear` or `cubic`.
  var mode: String
  var transform: String
  /// `nearest_mode`; nil for the rule of opset 10, which does not state one.
  var rounding: String?
  var cubicCoefficient = -0.75
  var excludesOutside = false
  var smooths = false
}

/// How one axis is resized.
struct ResizedAxis {
  var extent: Int
  var size: Int
  var scale: Float
  /// The part of the axis that is shown, for `tf_crop_and_resize`.
  var start: Float = 0
  var end: Float = 1

  /// The summands of an entry of the resized axis; nil for the value of what lies outside.
  typealias Entry = [Resampling.Term]?

  /// The resized entries as ONNX Runtime reads them: in 32-bit floats, with whole extents, and unchanged where the
  /// scale is 1 or, with `antialias`, where the extent stays.
  func entriesOfRuntime(_ rule: ResizeRule) throws(ONNXProblem) -> [Entry] {
    guard scale != 1 && !rule.smooths || extent != size else { return identity }
    return try entries(rule) { (place) throws(ONNXProblem) in
      try Double(
        Self.position(
          Float(place), rule.transform, scale: scale, extents: (Float(extent), Float(size)),
          size: Float(size), part: (start, end)))
    }
  }

  /// The resized entries as the standard defines them, in 64-bit floats: a scale need not give a whole extent, but
  /// one that does is taken to be the quotient of the extents.
  func entriesOfStandard(_ rule: ResizeRule) throws(ONNXProblem) -> [Entry] {
    let exact = Double(size) / Double(extent)
    let scale = abs(Double(self.scale) / exact - 1) < 1e-6 ? exact : Double(self.scale)
    let wanted = scale * Double(extent)
    return try entries(rule) { (place) throws(ONNXProblem) in
      try Self.position(
        Double(place), rule.transform, scale: scale, extents: (Double(extent), wanted),
        size: Double(size), part: (Double(start), Double(end)))
    }
  }

  private var identity: [Entry] { (0..<extent).map { [Resampling.Term(Int32($0), 1)] } }

  /// Whether two readings of the axis are the same up to rounding.
  static func agree(_ a: [Entry], _ b: [Entry]) -> Bool {
    func weights(_ terms: [Resampling.Term]) -> [Int32: Double] {
      Dictionary(terms.map { ($0.source, $0.weight) }, uniquingKeysWith: +)
    }
    return a.count == b.count
      && zip(a, b).allSatisfy { one, other in
        guard let one, let other else { return one == nil && other == nil }
        let (first, second) = (weights(one), weights(other))
        return Set(first.keys).union(second.keys).allSatisfy {
          abs((first[$0] ?? 0) - (second[$0] ?? 0)) < 1e-3
        }
      }
  }

  // MARK: Coordinates

  /// Where a pixel of the resized axis lies in the original.
  ///
  /// - Parameters:
  ///   - extents: Those of the original and, fraction included, of the resized axis.
  ///   - size: The extent of the resized axis.
  private static func position<T: BinaryFloatingPoint>(
    _ place: T, _ transform: String, scale: T, extents: (from: T, to: T), size: T,
    part: (start: T, end: T)
  ) throws(ONNXProblem) -> T {
    let half: T = 0.5
    switch transform {
    case "asymmetric": return place / scale
    case "half_pixel": return (place + half) / scale - half
    case "pytorch_half_pixel": return extents.to == 1 ? 0 : (place + half) / scale - half
    case "tf_half_pixel_for_nn": return (place + half) / scale
    case "align_corners":
      return extents.to == 1 ? 0 : place * (extents.from - 1) / (extents.to - 1)
    case "half_pixel_symmetric":
      let offset = extents.from / 2 * (1 - size / (scale * extents.from))
      return offset + (place + half) / scale - half
    case "tf_crop_and_resize":
      let shown = (part.end - part.start) * (extents.from - 1)
      let first = part.start * (extents.from - 1)
      return extents.to == 1
        ? half * (part.start + part.end) * (extents.from - 1)
        : first + place * shown / (extents.to - 1)
    default: throw ONNXProblem("coordinate_transformation_mode \(transform) is not known")
    }
  }

  // MARK: Entries

  private func entries(
    _ rule: ResizeRule, _ position: (Int) throws(ONNXProblem) -> Double
  ) throws(ONNXProblem) -> [Entry] {
    var result: [Entry] = []
    for place in 0..<size {
      let x = try position(place)
      guard x.isFinite, abs(x) < 1e9 else {
        throw ONNXProblem("pixel \(place) of an axis lies at \(x)")
      }
      let isOutside = x < 0 || x > Double(extent - 1)
      let entry: Entry =
        rule.transform == "tf_crop_and_resize" && isOutside ? .none : try terms(at: x, rule)
      result.append(entry)
    }
    return result
  }

  private func terms(at x: Double, _ rule: ResizeRule) throws(ONNXProblem) -> [Resampling.Term] {
    switch (rule.mode, rule.smooths) {
    case ("nearest", false):
      // Here runtimes add up numbers that are not exact, so that a whole number may come out as a little less.
      if rule.transform == "half_pixel_symmetric", abs(2 * x - (2 * x).rounded()) < 1e-4 {
        throw ONNXProblem("pixel coordinate \(x) lies at a border, where runtimes disagree")
      }
      return [Resampling.Term(clamped(try nearest(x, rule.rounding)), 1)]
    case ("linear", false): return linear(at: x)
    case ("linear", true):
      return spread(at: x, support: 1, rule) { max(0, 1 - $0) }
    case ("cubic", let smooths):
      let a = rule.cubicCoefficient
      return spread(at: x, support: 2, rule, stretches: smooths) { distance in
        switch distance {
        case ...1: ((a + 2) * distance - (a + 3)) * distance * distance + 1
        case ..<2: ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
        default: 0
        }
      }
    default: throw ONNXProblem("mode \(rule.mode) with antialias \(rule.smooths) is not known")
    }
  }

  private func clamped(_ place: Double) -> Int32 {
    Int32(max(0, min(Double(extent - 1), place)))
  }

  private func nearest(_ x: Double, _ rounding: String?) throws(ONNXProblem) -> Double {
    switch rounding {
    case "floor": return x.rounded(.down)
    case "ceil": return x.rounded(.up)
    case "round_prefer_floor": return (x - 0.5).rounded(.up)
    case "round_prefer_ceil": return (x + 0.5).rounded(.down)
    case nil: return x.rounded(.down)
    case let mode?: throw ONNXProblem("nearest_mode \(mode) is not known")
    }
  }

  private func linear(at x: Double) -> [Resampling.Term] {
    let place = max(0, min(Double(extent - 1), x))
    let below = place.rounded(.down)
    return [
      Resampling.Term(clamped(below), 1 - (place - below)),
      Resampling.Term(clamped(below + 1), place - below),
    ]
  }

  /// Summands weighted by their distance; what lies outside counts as the nearest edge, or not at all.
  ///
  /// - Parameter stretches: Whether shrinking widens the function by as much, so that every pixel counts.
  private func spread(
    at x: Double, support: Double, _ rule: ResizeRule, stretches: Bool = true,
    _ weight: (Double) -> Double
  ) -> [Resampling.Term] {
    let squeeze = stretches ? min(1, Double(scale)) : 1
    let first = (x - support / squeeze).rounded(.down)
    let last = (x + support / squeeze).rounded(.up)
    var terms: [Resampling.Term] = []
    for place in stride(from: first, through: last, by: 1) {
      let value = weight(abs(place - x) * squeeze)
      let isOutside = place < 0 || place > Double(extent - 1)
      if value == 0 || isOutside && rule.excludesOutside { continue }
      terms.append(Resampling.Term(clamped(place), value))
    }
    guard rule.excludesOutside || stretches else { return terms }
    let sum = terms.reduce(0) { $0 + $1.weight }
    return terms.map { Resampling.Term($0.source, $0.weight / sum) }
  }
}
