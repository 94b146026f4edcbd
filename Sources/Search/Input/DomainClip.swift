import Tensors

/// What planes leave of a box: the smallest box around the points where all of them are at most their limits.
///
/// Source: Zhou et al., "Clip-and-verify: linear constraint-driven domain clipping for accelerating neural
/// network verification" (2025), which calls it relaxed clipping of the input domain: each plane with its limit is a linear
/// constraint, and a constraint moves each end as far as it can with all other inputs where they help it most.
///
/// - Soundness: Each plane lies below its function, so a point that is clipped away has a function above its
///   limit. Limits must leave room for what rounding may have lost in the planes.
struct DomainClip {
  private(set) var lower: [Double]
  private(set) var upper: [Double]

  /// A plane and what it may be at most.
  struct Limit {
    var row: Int
    var value: Double
  }

  init<S>(_ box: SubBox<S>) {
    lower = box.lower.map(Double.init)
    upper = box.upper.map(Double.init)
  }

  /// Clips the box by planes that must all keep their limits.
  ///
  /// - Returns: Whether anything is left.
  /// - Soundness: Every point of the box at which all planes keep their limits stays; where nothing is left there is none.
  mutating func meet(_ limits: [Limit], _ planes: BoxPlanes) -> Bool {
    for _ in 0..<2 {
      for limit in limits {
        let row = limit.row * planes.inputs
        // Over what is left of the whole box by now: a plane may be higher over a ball in it, but not beside the ball's
        // lowest point, where inputs are cut.
        let least = planes.least(of: limit.row, lower, upper)
        let room = limit.value - least
        guard room.isFinite else { continue }
        guard room >= 0 else { return false }
        for i in lower.indices {
          let coefficient = planes.coefficients[row + i]
          let reach = room / abs(coefficient)
          guard reach.isFinite else { continue }
          if coefficient > 0 {
            upper[i] = min(upper[i], lower[i] + reach)
          } else {
            lower[i] = max(lower[i], upper[i] - reach)
          }
        }
      }
    }
    return true
  }

  /// The smallest box around this and another.
  func hull(_ other: DomainClip) -> DomainClip {
    var result = self
    result.lower = zip(lower, other.lower).map { min($0, $1) }
    result.upper = zip(upper, other.upper).map { max($0, $1) }
    return result
  }

  /// The lower ends in another number type, rounded outward but not beyond those given.
  func lowerEnds<S: TensorScalar>(_ given: [S]) -> [S] {
    zip(lower, given).map { end, given in
      let nearest = S(end)
      return max(given, Double(nearest) > end ? nearest.nextDown : nearest)
    }
  }

  /// The upper ends, likewise.
  func upperEnds<S: TensorScalar>(_ given: [S]) -> [S] {
    zip(upper, given).map { end, given in
      let nearest = S(end)
      return min(given, Double(nearest) < end ? nearest.nextUp : nearest)
    }
  }
}
