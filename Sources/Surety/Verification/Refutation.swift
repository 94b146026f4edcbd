import Bounds
import Networks
import Properties
import Tensors

/// What a method ruled out.
struct Removal {
  /// The number of violations.
  var count = 0
  /// The least amount by which one of them was ruled out.
  var smallestMargin = Double.infinity
}

/// Rules out violations by bounding the constraints that they consist of, alone and together.
struct Refutation {
  let engine: any BoundEngine
  /// The same network in double, for bounds too near their limit; nil when the engine is in double.
  let careful: (any BoundEngine)?
  var options: BoundOptions

  /// Whether the deadline has passed, or the work was called off.
  var isOverdue: Bool { options.isCancelled() || options.deadline.map { $0 <= .now } ?? false }

  /// How many regions are bounded at a time: many for small networks, few for large ones.
  private var batchSize: Int {
    let elements = engine.network.nodes.reduce(1) { $0 + $1.shape.count }
    return max(1, min(256, 2_000_000 / elements))
  }

  /// Bounds the constraints of every region that is still open, and removes what became impossible.
  ///
  /// Stops early at the deadline.
  ///
  /// - Soundness: A violation is removed only when the lower bound of one of its constraints, or of a combination of them with
  ///   weights that are not negative, clears its limit by the arithmetic's slack, with every number on the way finite.
  func ruleOut(_ open: inout [OpenRegion], by method: BoundMethod) throws(Unsupported) -> Removal {
    var removed = Removal()
    var next = 0
    while next < open.count, !isOverdue {
      let range = next..<min(next + batchSize, open.count)
      var near = try bound(&open, Array(range), by: method, with: engine)
      if let careful, !near.isEmpty {
        near = try bound(&open, near, by: method, with: careful)
      }
      for index in range {
        for condition in open[index].conditions where condition.isImpossible {
          removed.count += 1
          removed.smallestMargin = min(removed.smallestMargin, condition.margin)
        }
        open[index].conditions.removeAll { $0.isImpossible }
      }
      next = range.upperBound
    }
    open.removeAll { $0.conditions.isEmpty }
    return removed
  }

  /// Bounds the constraints of some regions.
  ///
  /// - Returns: The regions with a bound that is too near its limit for this arithmetic.
  private func bound(
    _ open: inout [OpenRegion], _ indices: [Int], by method: BoundMethod,
    with engine: any BoundEngine
  ) throws(Unsupported) -> [Int] {
    let outputs = engine.network.outputShape.count
    let tables = indices.map { RefutationRows(open[$0].conditions, outputs: outputs) }
    // Regions with fewer rows than others are filled up with zeros.
    let count = max(1, tables.map(\.count).max() ?? 1)
    let coefficients = tables.flatMap { table in
      table.coefficients
        + [Double](repeating: 0, count: (count - table.count) * outputs)
    }
    let found = try engine.lowerBounds(
      of: Tensor([indices.count, count, outputs], coefficients),
      over: indices.map { open[$0].region }, by: method, options)
    var near: [Int] = []
    for (place, index) in indices.enumerated() where found.isFinite[place] {
      var isNear = false
      for condition in open[index].conditions.indices {
        let judgement = open[index].judge(
          condition, tables[place].conditions[condition], found.lower[place], engine.precision)
        isNear = isNear || judgement == .near
      }
      if isNear { near.append(index) }
    }
    return near
  }
}

extension OpenRegion {
  /// Looks at a condition's bounds and records the best margin.
  mutating func judge(
    _ condition: Int, _ requirements: [RefutationRows.Requirement], _ bounds: [Double],
    _ precision: Precision
  ) -> Judgement {
    guard let sample else { preconditionFailure("A region is judged before it was measured") }
    let constraints = conditions[condition].constraints
    let scales = constraints.map { $0.scale(at: sample.output) }
    let noises = constraints.map { sample.noise(weight: $0.weight) }
    var result = Judgement.possible
    for requirement in requirements {
      let margin = bounds[requirement.row] - requirement.bound
      let judgement = Judgement(
        margin: margin, scale: requirement.weighted(scales), noise: requirement.weighted(noises),
        precision: precision)
      if margin.isFinite {
        conditions[condition].margin = max(conditions[condition].margin, margin)
      }
      switch judgement {
      case .impossible:
        conditions[condition].isImpossible = true
        return .impossible
      case .near: result = .near
      case .possible: break
      }
    }
    return result
  }
}

extension RefutationRows.Requirement {
  /// The sum of what belongs to the constraints, times their weights.
  fileprivate func weighted(_ values: [Double]) -> Double {
    parts.reduce(0) { $0 + $1.weight * values[$1.constraint] }
  }
}
