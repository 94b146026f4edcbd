import Tensors

extension BoxJudge {
  /// Records what is decided, and cuts what is left into parts.
  ///
  /// - Parameter shares: How much of the error of the function to push on each input causes, where known.
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
