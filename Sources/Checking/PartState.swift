import Dispatch

/// A part of the region: what the cuts on the way to it leave.
struct Part: Sendable {
  /// One end of an element.
  struct End: Sendable {
    var node: Int
    var place: Int
    /// Whether the element is at most the end; otherwise it is at least that.
    var isUpper: Bool
    /// The end, moved outward where no double has its value.
    var at: Double
  }

  /// The ends, from the root of the tree.
  var ends: [End] = []

  /// Cuts the intervals of a node to the part.
  func cut(_ enclosure: inout Enclosure, of node: Int) {
    for end in ends where end.node == node {
      if end.isUpper {
        enclosure.upper[end.place] = min(enclosure.upper[end.place], end.at)
      } else {
        enclosure.lower[end.place] = max(enclosure.lower[end.place], end.at)
      }
    }
  }
}

/// What is known of the nodes' values over a part of the region.
struct PartState: Sendable {
  /// For each node, intervals of its elements; nil for nodes that the output does not depend on.
  var enclosures: [Enclosure?]
  /// For each node, what rows are charged there; nil for nothing.
  var charges: [Charge?]
  /// For each node that is bounded by lines, these.
  var lines: [Lines?]
  /// For each node of products, its planes.
  var planes: [Planes?]
  /// For each node, what bounds its rounding in single precision; nil where that is not asked for.
  var sums: [SingleSum?]

  fileprivate init(count: Int) {
    enclosures = [Enclosure?](repeating: nil, count: count)
    charges = [Charge?](repeating: nil, count: count)
    lines = [Lines?](repeating: nil, count: count)
    planes = [Planes?](repeating: nil, count: count)
    sums = [SingleSum?](repeating: nil, count: count)
  }

  /// Takes what is known of a node.
  fileprivate mutating func copy(_ id: Int, from other: PartState) {
    enclosures[id] = other.enclosures[id]
    charges[id] = other.charges[id]
    lines[id] = other.lines[id]
    planes[id] = other.planes[id]
    sums[id] = other.sums[id]
  }
}

/// Elements of a node that get rows of their own.
struct Refinement: Sendable {
  var node: Int
  /// Their places; nil for the unstable ones.
  var places: [Int]?
}

/// The network over a region, under one meaning.
struct Analysis: Sendable {
  let steps: [Step]
  let isNeeded: [Bool]
  /// The elements of the node that has most of them.
  let widest: Int
  let output: Int
  /// The shape of one input.
  let inputShape: [Int]
  let matrices: Matrices
  /// Whether one claim is worked on by several threads.
  let isParallel: Bool
  /// Whether every execution in single precision is meant.
  let isSingle: Bool
  /// The norms that were shown.
  let norms: KnownNorms
  var region: RegionEnclosure

  /// The values of all nodes over a part, or nil where the cuts leave none.
  ///
  /// - Parameters:
  ///   - within: What is known of them over a region that the part lies in.
  ///   - refinements: The passes, in the order of nodes.
  /// - Throws: `Rejection` where an operation has no rule, or a number is too large to be bounded.
  func state(
    of part: Part, within: PartState?, _ refinements: [Refinement]
  ) throws(Rejection) -> PartState? {
    var state = PartState(count: steps.count)
    /// Whether a node's values may differ from those over the region around.
    var isChanged = [Bool](repeating: within == nil, count: steps.count)
    for id in steps.indices where isNeeded[id] {
      let isCut = part.ends.contains { $0.node == id }
      isChanged[id] = isChanged[id] || isCut || steps[id].inputs.contains { isChanged[$0] }
      if let within, !isChanged[id] {
        state.copy(id, from: within)
      } else {
        var enclosure = try enclosure(of: id, &state)
        guard enclosure.isFinite else {
          throw Rejection("the values of \(steps[id].name) are too large to be bounded")
        }
        if let known = within?.enclosures[id] { enclosure.cut(to: known) }
        part.cut(&enclosure, of: id)
        if enclosure.isEmpty { return nil }
        enclosure.finish()
        state.enclosures[id] = enclosure
      }
      for refinement in refinements where refinement.node == id {
        isChanged[id] = true
        guard refine(refinement, &state) else { return nil }
      }
      if let differences = steps[id].differences,
        refinements.contains(where: { $0.node == differences.source && $0.places == nil })
      {
        isChanged[id] = true
        guard refine(differences, at: id, &state) else { return nil }
      }
      if isSingle, state.sums[id] == nil, let enclosure = state.enclosures[id] {
        state.sums[id] = SingleSum(of: enclosure)
      }
    }
    return state
  }

  /// The intervals of a node from those of its inputs.
  private func enclosure(
    of id: Int, _ state: inout PartState
  ) throws(Rejection) -> Enclosure {
    let step = steps[id]
    let inputs = step.inputs.compactMap { state.enclosures[$0] }
    if isSingle, let problem = step.singleProblem {
      throw Rejection("binary32: no rule for \(step.name): \(problem)")
    }
    switch step.kind {
    case .input: return region.box
    case .unknown(let reason): throw Rejection("\(reason) (node \(step.name))")
    case .affine(let affine):
      // A constant reads nothing that it depends on.
      let inputs = affine.terms.compactMap { state.enclosures[$0.input] }
      let count = step.layout.count
      var (result, size) =
        affine.isMove
        ? (affine.moved(inputs, count: count, matrices), [])
        : affine.enclosure(inputs, count: count, matrices)
      if affine.isMove {
        size = zip(result.lower, result.upper).map { max(abs($0), abs($1)) }
      }
      var errors: [Double]?
      if isSingle {
        let single = try affine.singleErrors(
          affine.terms.compactMap { state.sums[$0.input] }, own: size, inputs, step.name, matrices)
        (state.sums[id], errors) = (single.sum, single.errors)
        if let errors { result.widen(by: errors) }
      }
      state.charges[id] = affine.charge(inputs, size: size, errors: errors)
      return result
    case .rectifier(let slope):
      let rectifier = Rectifier(slope: slope)
      state.lines[id] = rectifier.lines(over: inputs[0])
      var result = rectifier.enclosure(of: inputs[0])
      if isSingle, slope != 0 {
        let errors = rectifier.singleErrors(inputs[0])
        result.widen(by: errors)
        state.charges[id] = Charge(
          errors: errors, absolute: Double(errors.count) * Rounding.tiny)
      }
      return result
    case .curve(let curve):
      state.lines[id] = curve.lines(over: inputs[0])
      var result = curve.enclosure(of: inputs[0])
      if step.excess > 0 {
        result.lower = result.lower.map { max(0, ($0 - step.excess).down) }
        let count = result.lower.count
        state.charges[id] = Charge(
          errors: [Double](repeating: step.excess, count: count),
          absolute: Double(count) * Rounding.tiny)
      }
      return result
    case .products(let products):
      let (x, y) = (inputs[0], inputs[inputs.count - 1])
      var (result, size) = products.enclosure(x, y)
      var errors: [Double]?
      if isSingle {
        let own = try products.singleErrors(size: size, x, y, step.name)
        (state.sums[id], errors) = (own.sum, own.errors)
        result.widen(by: own.errors)
      }
      let planes = products.planes(x, y)
      state.charges[id] = products.charge(planes, x, y, errors: errors)
      state.planes[id] = planes
      return result
    case .largest(let windows):
      func most(_ ends: [Double]) -> [Double] {
        windows.map { $0.reduce(-.infinity) { max($0, ends[Int($1)]) } }
      }
      return Enclosure(lower: most(inputs[0].lower), upper: most(inputs[0].upper))
    case .larger(let isMinimum):
      func choice(_ a: [Double], _ b: [Double]) -> [Double] {
        zip(a, b).map { isMinimum ? min($0, $1) : max($0, $1) }
      }
      return Enclosure(
        lower: choice(inputs[0].lower, inputs[1].lower),
        upper: choice(inputs[0].upper, inputs[1].upper))
    }
  }

  // MARK: Passes

  /// The places of a node's elements that a pass over the unstable ones bounds.
  func unstablePlaces(of node: Int, _ enclosure: Enclosure) -> [Int] {
    let isRectifiedOnly = steps[node].isRectified && !steps[node].isBent
    return enclosure.lower.indices.filter { place in
      let (lower, upper) = (enclosure.lower[place], enclosure.upper[place])
      return isRectifiedOnly ? lower < 0 && upper > 0 : lower < upper
    }
  }

  /// Bounds elements of a node by rows of their own, and cuts their intervals; false where nothing is left.
  private func refine(_ refinement: Refinement, _ state: inout PartState) -> Bool {
    let node = refinement.node
    guard let enclosure = state.enclosures[node] else { return true }
    let places = refinement.places ?? unstablePlaces(of: node, enclosure)
    return bound(places, of: node, &state) { _ in nil }
  }

  /// Bounds the differences of elements: each by a row of its own, which also bounds the one of the other order.
  private func refine(
    _ differences: Step.Differences, at node: Int, _ state: inout PartState
  ) -> Bool {
    guard let enclosure = state.enclosures[node] else { return true }
    let places = unstablePlaces(of: node, enclosure).filter { $0 < differences.mirrored($0) }
    return bound(places, of: node, &state, differences.mirrored)
  }

  /// Bounds elements of a node, and what are their negations, by rows.
  private func bound(
    _ places: [Int], of node: Int, _ state: inout PartState, _ negation: (Int) -> Int?
  ) -> Bool {
    guard var enclosure = state.enclosures[node] else { return true }
    let step = rowsAtOnce / 2
    let parts = stride(from: 0, to: places.count, by: step).map {
      Array(places[$0..<min(places.count, $0 + step)])
    }
    let (known, own) = (state, self)
    let bounds = concurrently(parts.count) { index in
      own.leastValues(
        [(node, own.unitRows(of: node, parts[index], isMirrored: true))], over: known)
    }
    for (part, bounds) in zip(parts, bounds) {
      for (row, place) in part.enumerated() {
        let (lower, upper) = (bounds[row], -bounds[part.count + row])
        if lower.isFinite { enclosure.lower[place] = max(enclosure.lower[place], lower) }
        if upper.isFinite { enclosure.upper[place] = min(enclosure.upper[place], upper) }
        guard let other = negation(place) else { continue }
        enclosure.lower[other] = max(enclosure.lower[other], -enclosure.upper[place])
        enclosure.upper[other] = min(enclosure.upper[other], -enclosure.lower[place])
      }
    }
    if enclosure.isEmpty { return false }
    enclosure.finish()
    state.enclosures[node] = enclosure
    return true
  }

  /// Rows that are the elements at places of a node, and then perhaps their negations.
  func unitRows(of node: Int, _ places: [Int], isMirrored: Bool = false) -> Rows {
    let layout = steps[node].layout
    let all = isMirrored ? places + places : places
    let pixels = all.map { $0 / layout.channels }
    var rows = Rows(
      Patches(
        layout, height: 1, width: 1, tops: pixels.map { $0 / layout.width },
        lefts: pixels.map { $0 % layout.width }))
    for (row, place) in all.enumerated() {
      rows.values[row * layout.channels + place % layout.channels] = row < places.count ? 1 : -1
    }
    return rows
  }

  /// Results for each number, computed on all processor cores where that is asked for.
  func concurrently<Result: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    guard isParallel, count > 1 else { return (0..<count).map(body) }
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { buffer in
      // Each iteration writes to a place of its own.
      nonisolated(unsafe) let buffer = buffer
      DispatchQueue.concurrentPerform(iterations: count) { buffer[$0] = body($0) }
    }
    return results.compactMap { $0 }
  }

  /// How many rows go back together, so that they fit the cache.
  var rowsAtOnce: Int { max(32, min(256, (1 << 17) / widest)) }
}
