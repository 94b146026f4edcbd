import Bounds
import Properties
import Tensors

/// Decides which conditions are impossible in a box, and what is left of the box.
///
/// - Soundness: A condition is given up only when a lower bound of one of its constraints clears the limit
///   by the tolerance of `Judgement`, with the noise that was measured over the region and at the middle of the
///   box, and by many roundings of the values that met in the plane; else in double.
struct BoxJudge<S: TensorScalar> {
  private let box: SubBox<S>
  private let situation: PreparedCase
  private let places: [Int: Int]
  private let planes: BoxPlanes
  private let precision: Precision
  /// What each constraint of each open condition needs and has.
  private var conditions: [Standing] = []
  /// Whether a condition is met at the middle of the box up to rounding in double.
  private(set) var isTied = false

  private struct Requirement {
    var place: Int
    var bound: Double
    var scale: Double
    var noise: Double
    /// The size of the values that meet in the plane's bound.
    var size: Double
    /// What the plane must clear beyond the limit before it may cut the box.
    var tolerance: Double
  }

  private struct Standing {
    var condition: Int32
    var requirements: [Requirement] = []
    var margin = -Double.infinity
    var judgement = Judgement.possible
  }

  init(
    _ box: SubBox<S>, _ situation: PreparedCase, _ places: [Int: Int], _ planes: BoxPlanes,
    _ outputs: (computed: [Double], exact: [Double]), _ precision: Precision, isFinite: Bool
  ) {
    self.box = box
    self.situation = situation
    self.places = places
    self.planes = planes
    self.precision = precision
    var measured = situation.sample
    for (computed, exact) in zip(outputs.computed, outputs.exact) {
      let error = abs(computed - exact)
      measured.noise = error.isFinite ? max(measured.noise, error) : .infinity
    }
    for condition in box.open {
      let constraints = situation.conditions[Int(condition)]
      var standing = Standing(condition: condition)
      var isMet = true
      for (constraint, requirement) in zip(
        constraints, situation.table.conditions[Int(condition)])
      {
        let scale = constraint.scale(at: outputs.exact)
        isMet = isMet && constraint.excess(at: outputs.exact) <= Judgement.slack * scale
        let place = places[requirement.row] ?? 0
        let margin = planes.bounds[place] - requirement.bound
        let size = planes.size(of: place, over: box)
        let noise = measured.noise(weight: constraint.weight)
        let tolerance =
          Judgement.tolerance(scale: scale, noise: noise, precision: precision)
          + (precision == .float ? 2e-6 : Self.carefulSlack) * size
        standing.requirements.append(
          Requirement(
            place: place, bound: requirement.bound, scale: scale, noise: noise, size: size,
            tolerance: tolerance))
        guard isFinite, margin.isFinite, tolerance.isFinite else { continue }
        standing.margin = max(standing.margin, margin)
        if margin > tolerance && margin > 0 {
          standing.judgement = .impossible
        } else if precision == .float && abs(margin) <= tolerance
          && standing.judgement == .possible
        {
          standing.judgement = .near
        }
      }
      isTied = isTied || isMet
      conditions.append(standing)
    }
  }

  /// What a bound in double must clear beside the slack, as a part of the values that met in the plane.
  private static var carefulSlack: Double { 1e-14 }

  /// Whether a condition hangs on rounding.
  var isNear: Bool { conditions.contains { $0.judgement == .near } }

  /// Whether an open condition holds at an output.
  func isViolated(at output: UnsafeBufferPointer<Double>) -> Bool {
    situation.isViolated(at: output, box.open)
  }

  /// Judges what hung on rounding by bounds in double.
  mutating func judgeCarefully(_ bounds: UnsafeBufferPointer<Double>) {
    for index in conditions.indices where conditions[index].judgement == .near {
      conditions[index].judgement = .possible
      for requirement in conditions[index].requirements {
        let margin =
          bounds[requirement.place] - requirement.bound - Self.carefulSlack * requirement.size
        let judgement = Judgement(
          margin: margin, scale: requirement.scale, noise: requirement.noise, precision: .double)
        if judgement == .impossible { conditions[index].judgement = .impossible }
      }
    }
  }

  /// Records what is decided, and cuts what is left into parts.
  ///
  /// - Parameter shares: How much of the error of `rowToPush` each input causes, where known.
  func finish(_ result: inout BoxResult<S>, known: [S], shares: [Double]?) {
    var rest = box
    rest.known = known
    var hull: Cut?
    rest.open = []
    var margin = Double.infinity
    for standing in conditions where standing.judgement != .impossible {
      var cut = Cut(box)
      let isCut = standing.margin.isFinite
      if isCut && !cut.meet(standing.requirements.map(limit), planes) { continue }
      hull = hull.map { $0.hull(cut) } ?? cut
      rest.open.append(standing.condition)
      margin = min(margin, standing.margin)
    }
    guard let hull else {
      result.decided = box.share
      return
    }
    rest.margin = Float(margin)
    rest.lower = hull.lowerEnds(box.lower)
    rest.upper = hull.upperEnds(box.upper)
    rest.share *= rest.volume(in: box)
    result.decided = box.share - rest.share
    if let input = splitInput(rest, shares) {
      result.children = rest.halves(along: input)
    } else {
      result.isStuck = true
    }
  }

  private func limit(_ requirement: Requirement) -> Cut.Limit {
    Cut.Limit(row: requirement.place, value: requirement.bound + requirement.tolerance)
  }

  /// The row that is nearest to making the most possible condition impossible.
  var rowToPush: Int {
    let open = conditions.filter { $0.judgement != .impossible }
    let worst = open.min { $0.margin < $1.margin }
    return worst?.requirements.max { margin($0) < margin($1) }?.place ?? 0
  }

  private func margin(_ requirement: Requirement) -> Double {
    planes.bounds[requirement.place] - requirement.bound
  }

  /// The input to split along: the one with the largest share of the relaxations' error and of the plane's fall.
  private func splitInput(_ rest: SubBox<S>, _ shares: [Double]?) -> Int? {
    let row = rowToPush * planes.inputs
    let scores = (0..<planes.inputs).map { i in
      let before = Double(box.upper[i]) - Double(box.lower[i])
      let width = Double(rest.upper[i]) - Double(rest.lower[i])
      let fall = abs(planes.coefficients[row + i]) * width
      let error = before > 0 ? (shares?[i] ?? 0) * width / before : 0
      let score = error + Self.fallWeight * fall
      return score.isFinite ? score : 0
    }
    let movable = scores.indices.filter { rest.canHalve($0) }
    return movable.max { a, b in
      let widths = [a, b].map { Double(rest.upper[$0]) - Double(rest.lower[$0]) }
      return (scores[a], widths[0]) < (scores[b], widths[1])
    }
  }

  /// How much the plane's own fall counts beside the error: halving raises only one half's bound by it.
  private static var fallWeight: Double { 0.25 }
}

extension SubBox {
  /// The part of another box's volume that this one has, by the inputs that the other can move.
  fileprivate func volume(in other: SubBox) -> Double {
    lower.indices.reduce(1) { product, i in
      let whole = Double(other.upper[i]) - Double(other.lower[i])
      return whole > 0 ? product * (Double(upper[i]) - Double(lower[i])) / whole : product
    }
  }
}
