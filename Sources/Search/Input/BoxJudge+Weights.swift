import Properties

extension BoxJudge {
  /// A combination of constraints that promises to show that they exclude each other, as coefficients over so many outputs;
  /// nil where none does.
  mutating func promising(_ outputs: Int) -> [Double]? {
    guard !relaxed.isEmpty, let condition = push.condition else { return nil }
    if search?.condition != condition { search = startedSearch(condition).map { (condition, $0) } }
    guard var weights = search?.weights else { return nil }
    let next = weights.next()
    search?.weights = weights
    guard let next else { return nil }
    guard weights.upper > 0 else {
      // Nothing will exclude them here; what comes nearest says where to split.
      if isSingle { push.weights = WeightSearch.factors(next, weights.units) }
      return nil
    }
    push.weights = WeightSearch.factors(next, weights.units)
    return coefficients(outputs)
  }

  /// Fixes the weights to push on, after the search for them.
  mutating func settle() {
    guard let condition = push.condition else { return }
    let requirements = conditions[condition].requirements.prefix(push.weights.count)
    let shares = zip(push.weights, requirements).map { $0 * Self.unit($1) }
    let sum = shares.reduce(0, +)
    guard sum > 0, sum.isFinite else { return }
    // The best weights say where the box must be cut for the constraints that bear them. An exact one, such as an input's
    // own limit, would be cut for ever, and the weights change with every cut: so all constraints count nearly alike, and
    // the best weights say a little more.
    let even = 1 / Double(shares.count)
    push.weights = zip(shares, requirements).map {
      ($0 / sum + 9 * even) / 10 / Self.unit($1)
    }
  }

  /// Whether all weight is on one constraint.
  private var isSingle: Bool { push.weights.count(where: { $0 > 0 }) == 1 }

  private func startedSearch(_ condition: Int) -> WeightSearch? {
    let count = situation.conditions[Int(conditions[condition].condition)].count
    let own = conditions[condition].requirements.prefix(count)
    guard own.allSatisfy({ $0.tolerance.isFinite }) else { return nil }
    var search = WeightSearch(units: own.map(Self.unit))
    for (index, requirement) in own.enumerated() {
      search.take(
        bound: (margin(requirement) - requirement.tolerance) / Self.unit(requirement),
        of: own.indices.map { $0 == index ? 1 : 0 },
        at: values(of: condition, at: relaxed[requirement.place]))
    }
    return search
  }

  /// By how much each constraint of a condition clears its limit and the room for rounding at an output.
  func values(of condition: Int, at output: [Double]) -> [Double] {
    let standing = conditions[condition]
    return zip(situation.conditions[Int(standing.condition)], standing.requirements).map {
      $0.excess(at: output) - $1.tolerance
    }
  }

  /// The size of a requirement, which its weight is counted in.
  static func unit(_ requirement: Requirement) -> Double {
    requirement.weight > 0 ? requirement.weight : 1
  }
}

/// What to push on in a box: one of its rows, or a combination of a condition's constraints.
struct BoxPush: Sendable {
  /// The place of the row, or of the constraint that is nearest to being impossible by itself.
  var place: Int
  /// The place of the condition that is combined, if one is.
  var condition: Int?
  /// A weight for each of its constraints.
  var weights: [Double] = []
}
