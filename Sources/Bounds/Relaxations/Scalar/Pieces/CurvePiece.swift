/// A stretch of a function over which it bends one way.
struct CurvePiece: Sendable {
  /// How the function bends over the stretch.
  enum Bend: Sendable {
    /// A line of some slope through `(0, intercept)`.
    case straight(ScalarLine)
    case convex
    case concave
  }

  /// Where the stretch begins and ends.
  var from: Double
  var to: Double
  var bend: Bend

  static func straight(
    _ from: Double, _ to: Double, slope: Double, intercept: Double
  ) -> CurvePiece {
    CurvePiece(
      from: from, to: to, bend: .straight(ScalarLine(slope: slope, intercept: intercept)))
  }

  static func convex(_ from: Double, _ to: Double) -> CurvePiece {
    CurvePiece(from: from, to: to, bend: .convex)
  }

  static func concave(_ from: Double, _ to: Double) -> CurvePiece {
    CurvePiece(from: from, to: to, bend: .concave)
  }

  /// Stretches that bend in turn, from minus infinity to infinity.
  static func alternating(_ inflections: [Double], firstIsConvex: Bool) -> [CurvePiece] {
    let ends = [-.infinity] + inflections + [.infinity]
    return (0...inflections.count).map {
      CurvePiece(
        from: ends[$0], to: ends[$0 + 1],
        bend: ($0 % 2 == 0) == firstIsConvex ? .convex : .concave)
    }
  }

  var isStraight: Bool { if case .straight = bend { true } else { false } }
}

/// A function made of finitely many stretches, over each of which it is a line, convex or concave.
///
/// - Soundness: Where a line of some slope is nearest to the function within a stretch follows by halving from its
///   derivative there; what is left of the halving is added to the error. At a jump both limits count as points of
///   the graph.
protocol PiecewiseCurve: RangeBounded {
  /// The stretches over an interval, in order.
  func pieces(over x: ScalarInterval) -> [CurvePiece]
  /// The limits at a place between two stretches where the function is not continuous.
  func limits(at x: Double) -> [Double]
  /// The interval on which the function is defined.
  var domain: ClosedRange<Double> { get }
  /// A range that holds over any interval.
  var widestRange: ScalarInterval { get }
  /// The exponent that is computed on the way to the value at a place; 0 where the library takes the place itself.
  func exponent(at x: Double) -> Double
}

extension PiecewiseCurve {
  /// Nothing is computed before a library call.
  func exponent(at x: Double) -> Double { 0 }

  /// How far value and derivative at a place may be off, as a part of them: an exponent is rounded a few times before the library takes it, and shifts
  /// the result by as many units as it is large.
  private func valueError(at x: Double) -> Double {
    (64 + 2 * min(1500, abs(exponent(at: x)))) * .ulpOfOne
  }

  /// None but the value, as for every continuous function.
  func limits(at x: Double) -> [Double] { [] }
  /// Everywhere.
  var domain: ClosedRange<Double> { -.infinity...(.infinity) }
  /// Everything.
  var widestRange: ScalarInterval { .everything }

  /// The ends of straight stretches.
  var kinks: [Double] {
    pieces(over: .everything).filter(\.isStraight).flatMap { [$0.from, $0.to] }.filter(\.isFinite)
  }

  /// The least and the largest value over an interval; undefined where it reaches out of the domain.
  func range(over x: ScalarInterval) -> ScalarInterval {
    guard x.lower >= domain.lowerBound, x.upper <= domain.upperBound else { return .undefined }
    guard x.isFinite else { return widestRange }
    let pieces = pieces(over: x)
    if pieces.allSatisfy(\.isStraight), !pieces.isEmpty {
      // 0 stays 0, which a comparison may follow.
      let places = [x.lower, x.upper] + pieces.flatMap { [$0.from, $0.to] }.filter(x.contains)
      let values = places.flatMap { [value(at: $0)] + limits(at: $0) }
      return ScalarInterval(values.min() ?? .nan, values.max() ?? .nan).movedOutward
    }
    let residuals = residuals(slope: 0, over: x)
    return ScalarInterval(
      max(residuals.least, widestRange.lower), min(residuals.greatest, widestRange.upper))
  }

  func exactLine(over x: ScalarInterval) -> ScalarLine? {
    for piece in pieces(over: x) where piece.from <= x.lower && x.upper <= piece.to {
      guard case .straight(let line) = piece.bend else { continue }
      // At a jump the value may belong to the other side.
      if limits(at: x.lower).isEmpty, limits(at: x.upper).isEmpty { return line }
    }
    return nil
  }

  /// Those that the function has at the ends, the middle and between stretches, and those between corners.
  func usefulSlopes(over x: ScalarInterval) -> ClosedRange<Double> {
    guard x.isFinite, !x.isNarrow, range(over: x).isFinite, exactLine(over: x) == nil else {
      return 0...0
    }
    let crossed = pieces(over: x).filter { $0.from < x.upper && $0.to > x.lower }
    var slopes = [x.lower, x.middle, x.upper].map(derivative(at:)) + [chordSlope(over: x)]
    for piece in crossed {
      if case .straight(let line) = piece.bend { slopes.append(line.slope) }
      slopes += [piece.from, piece.to].filter(x.contains).map(derivative(at:))
    }
    if crossed.allSatisfy(\.isStraight) { slopes += cornerSlopes(crossed, over: x) }
    guard let least = slopes.min(), let most = slopes.max(), slopes.allSatisfy(\.isFinite) else {
      return 0...0
    }
    return least...most
  }

  /// Meets the ends of stretches, and within each that bends the place where its derivative is the slope.
  func meetContacts(_ residuals: inout Residuals) {
    let (domain, slope) = (residuals.domain, residuals.slope)
    for piece in pieces(over: domain) {
      let (from, to) = (max(piece.from, domain.lower), min(piece.to, domain.upper))
      guard from <= to else { continue }
      for end in [from, to] {
        let value = value(at: end)
        residuals.meet(end, value, error: abs(value) * valueError(at: end))
        for limit in limits(at: end) { residuals.meet(end, limit) }
      }
      guard !piece.isStraight, from < to else { continue }
      var (low, high) = (from, to)
      var isConvex = false
      if case .convex = piece.bend { isConvex = true }
      let narrow = 1e-9 * (to - from)
      while high - low > min(narrow, 1e-10 * max(1e-3, min(abs(low), abs(high)))) {
        let middle = low + 0.5 * (high - low)
        guard low < middle, middle < high else { break }
        // The derivative of a convex function rises; left of the place it is below the slope.
        if (derivative(at: middle) < slope) == isConvex { low = middle } else { high = middle }
      }
      for end in [low, high] where end > from && end < to {
        let value = value(at: end)
        let derivative = derivative(at: end)
        // A derivative that is off may have led to the wrong half, where the line is no farther off than that.
        let error = valueError(at: end)
        let astray = error * (abs(derivative) + abs(slope)) * (to - from)
        residuals.meet(
          end, value,
          error: abs(value) * error + abs(derivative - slope) * (high - low) + astray)
      }
    }
  }

  /// The chord and the tangent over one stretch; otherwise the lines that are nearest at the middle.
  ///
  /// - Soundness: None is needed: intercepts are computed for whatever slopes are returned.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    guard range(over: x).isFinite else { return (.nan, .nan) }
    let crossed = pieces(over: x).filter {
      $0.from < x.upper && $0.to > x.lower || $0.from <= x.lower && $0.to >= x.upper
    }
    if crossed.count == 1 || x.isNarrow {
      let tangent = derivative(at: x.middle)
      if x.isNarrow { return (tangent, tangent) }
      switch crossed.first?.bend {
      case .convex: return (tangent, chordSlope(over: x))
      case .concave: return (chordSlope(over: x), tangent)
      default: break
      }
    }
    return crossed.allSatisfy(\.isStraight)
      ? nearestSlopes(among: cornerSlopes(crossed, over: x), over: x) : slopesByHalving(over: x)
  }

  /// The slopes of the lines through two corners, for a function of straight stretches.
  private func cornerSlopes(_ pieces: [CurvePiece], over x: ScalarInterval) -> [Double] {
    var corners: [(x: Double, y: Double)] = [
      (x.lower, value(at: x.lower)), (x.upper, value(at: x.upper)),
    ]
    for place in pieces.flatMap({ [$0.from, $0.to] }) where x.contains(place) {
      for y in [value(at: place)] + limits(at: place) { corners.append((place, y)) }
    }
    var slopes = [0.0]
    for (index, a) in corners.enumerated() {
      for b in corners[..<index] where a.x != b.x {
        let slope = (a.y - b.y) / (a.x - b.x)
        if slope.isFinite, !slopes.contains(slope) { slopes.append(slope) }
      }
    }
    return slopes
  }

  /// The lines that are nearest at the middle.
  private func slopesByHalving(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    let useful = usefulSlopes(over: x)
    let (low, high) = nearestSlopes(
      within: useful.lowerBound...useful.upperBound, over: x, halvings: 14)
    let ends = [
      low.lower, high.lower, low.upper, high.upper, chordSlope(over: x), derivative(at: x.middle),
    ]
    return nearestSlopes(among: ends.filter(\.isFinite), over: x)
  }
}
