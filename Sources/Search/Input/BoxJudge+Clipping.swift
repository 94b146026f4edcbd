import Tensors

extension BoxJudge {
  /// Closes what is ruled out, clips the box for the rest, and cuts what is left in two.
  ///
  /// - Parameters:
  ///   - known: The intervals to pass on to the parts.
  ///   - shares: How much of the error of the function to push on each input causes, where known.
  ///   - trees: The number of questions, each of which is as much of the whole.
  /// - Soundness: A condition is closed in all of the box only where it was judged impossible or where planes clip all of the
  ///   box away. What is outside the smallest box around the clipped ones violates none of those that stay possible.
  func outcome(known: [S], shares: [Double]?, trees: Int) -> PartOutcome<SubBox<S>> {
    var outcome = PartOutcome<SubBox<S>>()
    outcome.isTied = isTied
    var rest = box
    rest.known = known
    rest.open = []
    var hull: DomainClip?
    var margin = Double.infinity
    var closed = ClosedPart(part: box, reasons: [], share: 0)
    for standing in conditions {
      if let reason = standing.reason {
        closed.reasons.append(reason)
        continue
      }
      var clip = DomainClip(box)
      let isBounded = standing.margin.isFinite
      if isBounded && !clip.meet(standing.requirements.map(limit), planes) {
        closed.reasons.append(.clipped(condition: Int(standing.condition)))
        continue
      }
      hull = hull.map { $0.hull(clip) } ?? clip
      rest.open.append(standing.condition)
      margin = min(margin, standing.margin)
    }
    guard let hull else {
      closed.share = box.share / Double(trees)
      outcome.closed = [closed]
      return outcome
    }
    rest.margin = Float(margin)
    rest.lower = hull.lowerEnds(box.lower)
    rest.upper = hull.upperEnds(box.upper)
    rest.share *= rest.volume(in: box)
    closed.rest = rest
    closed.share = (box.share - rest.share) / Double(trees)
    if closed.share > 0 || !closed.reasons.isEmpty { outcome.closed = [closed] }
    if let input = splitInput(rest, shares) {
      outcome.open = rest.halves(along: input)
    } else {
      outcome.isStuck = true
    }
    return outcome
  }

  private func limit(_ requirement: Requirement) -> DomainClip.Limit {
    DomainClip.Limit(row: requirement.place, value: requirement.bound + requirement.tolerance)
  }

  /// The input to split along: the one with the largest share of the relaxations' error and of the plane's fall.
  private func splitInput(_ rest: SubBox<S>, _ shares: [Double]?) -> Int? {
    let row = push.place * planes.inputs
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
