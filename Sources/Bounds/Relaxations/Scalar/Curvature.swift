/// How a smooth function bends over an interval.
enum Curvature {
  case convex
  case concave
  /// Convex below 0 and concave above.
  case convexThenConcave
  /// Concave below 0 and convex above.
  case concaveThenConvex
}

/// A scalar function with at most one inflection, at 0.
protocol CurvedActivation: ScalarRelaxable {
  /// How the function bends over an interval on which it is defined.
  func curvature(over x: ScalarInterval) -> Curvature
}

extension CurvedActivation {
  /// The chord on the side that the function bends away from, a tangent on the other.
  ///
  /// Where the function bends one way, the tangent touches at the middle, which leaves the smallest area.
  /// Across an inflection the chord is used where it is on its side of the function, else a tangent: the
  /// one at the middle, or the one that passes through the far end of the graph, if that touches earlier.
  ///
  /// Source: Zhang et al., "Efficient neural network robustness certification with general activation
  /// functions" (2018), section 3.3.
  ///
  /// - Soundness: None is needed: intercepts are computed for whatever slopes are returned.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    smoothSlopes(over: x)
  }

  func smoothSlopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    if x.isNarrow {
      let slope = derivative(at: x.middle)
      return (slope, slope)
    }
    switch curvature(over: x) {
    case .convex: return (derivative(at: x.middle), chordSlope(over: x))
    case .concave: return (chordSlope(over: x), derivative(at: x.middle))
    case .convexThenConcave:
      // The mirror image about the origin, -f(-x), bends the same way with its sides exchanged.
      return (
        lowerSlope(over: x, value(at:), derivative(at:)),
        lowerSlope(over: x.mirrored, { -value(at: -$0) }, { derivative(at: -$0) })
      )
    case .concaveThenConvex:
      // f(-x) is convex, then concave, and slopes change sign; so does -f(x), with its sides exchanged.
      return (
        -lowerSlope(over: x.mirrored, { value(at: -$0) }, { -derivative(at: -$0) }),
        -lowerSlope(over: x, { -value(at: $0) }, { -derivative(at: $0) })
      )
    }
  }

  /// The slope of a lower line of a function that is convex below 0 and concave above.
  private func lowerSlope(
    over x: ScalarInterval, _ f: (Double) -> Double, _ derivative: (Double) -> Double
  ) -> Double {
    let chord = (f(x.upper) - f(x.lower)) / x.width
    if x.lower >= 0 { return chord }
    if x.upper <= 0 { return derivative(x.middle) }
    if derivative(x.lower) >= chord { return chord }
    // A tangent at -upper or left of it passes below the end of a function with a centre of symmetry.
    var (low, high) = (max(x.lower, -x.upper), 0.0)
    let end = f(x.upper)
    for _ in 0..<30 {
      let middle = 0.5 * (low + high)
      if f(middle) + derivative(middle) * (x.upper - middle) <= end {
        low = middle
      } else {
        high = middle
      }
    }
    return derivative(min(low, x.middle))
  }
}
