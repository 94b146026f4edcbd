import Proofs
import Properties

extension PreparedClaim {
  /// What a proof by intervals or lines shows over a part.
  ///
  /// - Parameters:
  ///   - state: The values of nodes over the part; nil where no input is in it.
  ///   - cuts: The ends that cuts of nodes gave, from the root.
  func outcome(
    of proof: Proof, _ conditions: [Int], over state: PartState?, cuts: [Part.End]
  ) throws(Rejection) -> ProofOutcome {
    let weights: [[[Double]]]?
    var hints = RowHints()
    switch proof {
    case .interval(let stated):
      weights = stated
      hints.stopsAtBends = true
    case .linear(let linear): weights = linear.weights
    case .lipschitz(let own):
      guard !analysis.isSingle else {
        return ProofOutcome(
          isProved: false, bounds: conditions.map { _ in -.infinity },
          reason: "binary32: norms are about exact reals alone")
      }
      weights = own.weights
      hints.stopsAtBends = true
      if let state { hints.balls = try balls(own.norms, over: state) }
    case .empty:
      guard state == nil else {
        return ProofOutcome(
          isProved: false, bounds: conditions.map { _ in -.infinity },
          reason: "the cuts leave inputs that a leaf says are not there")
      }
      weights = nil
    default: throw Rejection("a leaf has a rule of another kind than interval, linear or empty")
    }
    let functions = try functions(conditions, weights)
    if case .linear(let linear) = proof {
      try add(linear, to: &hints, rows: functions.count, over: state, cuts)
    }
    guard let state else {
      return ProofOutcome(
        isProved: true, bounds: conditions.map { _ in .infinity }, reason: "")
    }
    let values = analysis.leastValues(functions, over: state, hints)
    var bounds = [Double](repeating: -.infinity, count: conditions.count)
    var isImpossible = [Bool](repeating: false, count: conditions.count)
    for (function, value) in zip(functions, values) {
      let place = function.condition
      if value.isFinite { bounds[place] = max(bounds[place], value) }
      if function.isImpossible(above: value) { isImpossible[place] = true }
    }
    guard let open = isImpossible.firstIndex(of: false) else {
      return ProofOutcome(isProved: true, bounds: bounds, reason: "")
    }
    return ProofOutcome(
      isProved: false, bounds: bounds,
      reason: bounds[open].isFinite
        ? "condition \(conditions[open]) is not excluded: its function is shown to be at least \(bounds[open])"
        : "condition \(conditions[open]) is not excluded: its function has no bound")
  }

  /// The functions of conditions, one for each combination; each names its condition by its place in the list.
  private func functions(
    _ conditions: [Int], _ weights: [[[Double]]]?
  ) throws(Rejection) -> [FunctionRow] {
    guard weights == nil || weights?.count == conditions.count else {
      throw Rejection(
        "weights are there for \(weights?.count ?? 0) conditions, expected \(conditions.count)")
    }
    var functions: [FunctionRow] = []
    for (place, condition) in conditions.enumerated() {
      let constraints = self.conditions[condition]
      let single = constraints.indices.map { own in
        constraints.indices.map { $0 == own ? 1.0 : 0.0 }
      }
      for combination in weights?[place] ?? single {
        let exact = combination.compactMap { $0 >= 0 ? Rational($0) : nil }
        guard exact.count == constraints.count else {
          throw Rejection(
            "a combination for condition \(condition) has \(combination.count) weights, expected \(constraints.count) from 0 on"
          )
        }
        functions.append(
          FunctionRow(
            constraints, weights: exact, condition: place,
            output: analysis.steps[analysis.output].layout, input: analysis.steps[0].layout))
      }
    }
    return functions
  }

  /// Reads the slopes and multipliers of rows' own.
  private func add(
    _ proof: LinearProof, to hints: inout RowHints, rows: Int, over state: PartState?,
    _ cuts: [Part.End]
  ) throws(Rejection) {
    hints.ends = cuts
    for own in proof.multipliers {
      guard own.row < rows, hints.multipliers[own.row] == nil, own.values.count == cuts.count,
        own.values.allSatisfy({ $0 >= 0 && $0.isFinite })
      else {
        throw Rejection(
          "the multipliers of row \(own.row) are not \(cuts.count) numbers from 0 on, for one of \(rows) rows"
        )
      }
      hints.multipliers[own.row] = own.values
    }
    var known: Set<[Int]> = []
    for own in proof.slopes {
      let node = try node(own.node, orInput: true)
      guard known.insert([own.row, node]).inserted else {
        throw Rejection("row \(own.row) has slopes at \(own.node) twice")
      }
      let places = try places(own.elements, of: node)
      guard own.row < rows, own.values.count == places.count, analysis.steps[node].isRectified
      else { throw Rejection("slopes of row \(own.row) at \(own.node) fit no row or no ReLU") }
      for id in analysis.steps.indices where analysis.steps[id].inputs.first == node {
        guard case .rectifier(let slope) = analysis.steps[id].kind else { continue }
        guard let state, let input = state.enclosures[node],
          var slopes = state.lines[id]?.lowerSlope
        else { continue }
        for (place, value) in zip(places, own.values)
        where input.lower[place] < 0 && input.upper[place] > 0 {
          slopes[place] = Rectifier(slope: slope).stated(Double(value))
        }
        hints.slopes[id, default: [:]][own.row] = slopes
      }
    }
  }

  // MARK: Trees

  /// Proves every leaf of a tree, without recursion.
  func prove(_ tree: TreeProof, _ conditions: [Int]) throws(Rejection) -> ProofOutcome {
    let whole = try state(after: tree.passes)
    var result = ProofOutcome(
      isProved: true, bounds: conditions.map { _ in .infinity }, reason: "")
    guard let whole else { return result }
    var waiting: [(branch: TreeProof.Branch, part: Part, cuts: [Part.End])] = [
      (tree.root, Part(), [])
    ]
    var (leaves, batch) = (0, [(proof: Proof, part: Part, cuts: [Part.End])]())
    while !waiting.isEmpty || !batch.isEmpty {
      if let (branch, part, cuts) = waiting.popLast() {
        switch branch {
        case .leaf(let proof): batch.append((proof, part, cuts))
        case .cut(let cut, let below, let above):
          for (next, isUpper) in [(above, false), (below, true)] {
            var (part, cuts) = (part, cuts)
            let end = try end(of: cut, isUpper: isUpper)
            part.ends.append(end)
            if case .node = cut.place { cuts.append(end) }
            waiting.append((next, part, cuts))
          }
        }
      }
      guard batch.count == Self.leavesAtOnce || waiting.isEmpty else { continue }
      let leavesNow = batch
      let outcomes = analysis.concurrently(batch.count) { index in
        Result<ProofOutcome, Rejection> { () throws(Rejection) in
          try self.outcome(of: leavesNow[index], conditions, within: whole)
        }
      }
      batch = []
      for outcome in outcomes {
        leaves += 1
        let outcome = try outcome.get()
        result.bounds = zip(result.bounds, outcome.bounds).map { min($0, $1) }
        if !outcome.isProved, result.isProved {
          (result.isProved, result.reason) = (false, "leaf \(leaves): \(outcome.reason)")
        }
      }
    }
    return result
  }

  /// How many leaves are taken together.
  private static let leavesAtOnce = 64

  /// What a leaf shows over its part.
  func outcome(
    of leaf: (proof: Proof, part: Part, cuts: [Part.End]), _ conditions: [Int],
    within whole: PartState
  ) throws(Rejection) -> ProofOutcome {
    let passes: [LinearProof.Pass]
    if case .linear(let linear) = leaf.proof { passes = linear.passes } else { passes = [] }
    let state = try analysis.state(of: leaf.part, within: whole, refinements(passes))
    return try outcome(of: leaf.proof, conditions, over: state, cuts: leaf.cuts)
  }

  func end(of cut: TreeProof.Cut, isUpper: Bool) throws(Rejection) -> Part.End {
    let (node, element): (Int, Int)
    switch cut.place {
    case .input(let index): (node, element) = (0, index)
    case .node(let name, let index): (node, element) = (try self.node(name), index)
    }
    let layout = analysis.steps[node].layout
    guard element >= 0, element < layout.count else {
      throw Rejection(
        "a cut at element \(element) of \(analysis.steps[node].name), which has \(layout.count)")
    }
    return Part.End(
      node: node, place: layout.place(of: element), isUpper: isUpper,
      at: isUpper ? cut.at.roundedUp : cut.at.roundedDown)
  }
}
