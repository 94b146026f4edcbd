import CChecking

/// What rows have of their own beyond the lines of the region.
struct RowHints: Sendable {
  /// For each rectifier, rows with slopes of their own: the slope of the line below at every place.
  var slopes: [Int: [Int: [Double]]] = [:]
  /// For each row, a multiplier for each end of a node, in the order of `ends`.
  var multipliers: [Int: [Double]] = [:]
  /// The ends of nodes that the multipliers belong to.
  var ends: [Part.End] = []
  /// Whether rows end at the first nodes that bend.
  var stopsAtBends = false
  /// Balls in which the values of nodes lie, beside their intervals.
  var balls: [Int: RegionEnclosure.Ball] = [:]
}

extension Analysis {
  /// For each row, a number that its value is at least, over the part.
  ///
  /// - Soundness: For every input of the part, and the values of the nodes there, a row's value is at least the constant so far plus
  ///   the values of the coefficients that wait at nodes; every step keeps that true. Constants are rounded down. A result that is
  ///   not finite says nothing.
  /// - Parameters:
  ///   - start: The coefficients, each at its node.
  ///   - constants: What is added to each row; nil for nothing.
  func leastValues(
    _ start: [(node: Int, rows: Rows)], _ constants: [Double]? = nil, over state: PartState,
    _ hints: RowHints = RowHints()
  ) -> [Double] {
    let constants = constants ?? [Double](repeating: 0, count: start.first?.rows.count ?? 0)
    var walk = RowWalk(analysis: self, state: state, hints: hints, constants: constants)
    for (node, rows) in start { walk.add(rows, at: node) }
    walk.run()
    return walk.constants
  }
}

/// Rows on their way from the nodes where they begin to the input.
private struct RowWalk {
  let analysis: Analysis
  let state: PartState
  let hints: RowHints
  /// A lower bound of each row, without what waits.
  var constants: [Double]
  /// The coefficients that wait at each node.
  private var waiting: [Rows?]

  init(analysis: Analysis, state: PartState, hints: RowHints, constants: [Double]) {
    (self.analysis, self.state, self.hints) = (analysis, state, hints)
    self.constants = constants
    waiting = [Rows?](repeating: nil, count: analysis.steps.count)
  }

  /// Adds coefficients to those that wait at a node. Their sum is rounded, by at most u of it.
  mutating func add(_ rows: Rows, at node: Int) {
    guard let known = waiting[node] else {
      waiting[node] = rows
      return
    }
    let sum = known + rows
    waiting[node] = sum
    if let enclosure = state.enclosures[node] {
      charge(sum, enclosure.largest, times: Rounding.unit)
    }
  }

  mutating func run() {
    for node in analysis.steps.indices.reversed() {
      multiply(at: node)
      guard var rows = waiting[node], let enclosure = state.enclosures[node] else { continue }
      waiting[node] = nil
      if let charge = state.charges[node] {
        self.charge(rows, charge.errors, times: 1, absolute: charge.absolute)
      }
      let step = analysis.steps[node]
      switch step.kind {
      case .input: end(rows, analysis.region.ball, enclosure)
      case .affine(let affine):
        if let offset = affine.offset { addProducts(rows, offset) }
        for term in affine.terms {
          add(term.map.pullBack(rows, analysis.matrices), at: term.input)
        }
      case .rectifier, .curve:
        guard !hints.stopsAtBends, let lines = state.lines[node] else {
          end(rows, hints.balls[node], enclosure)
          continue
        }
        pass(&rows, lines, of: node)
        add(rows, at: step.inputs[0])
      case .products(let products):
        guard !hints.stopsAtBends, let planes = state.planes[node] else {
          end(rows, nil, enclosure)
          continue
        }
        let result = products.pullBack(rows, planes)
        for (row, sum) in result.constants.enumerated() {
          constants[row] = Rounding.sumDown(constants[row], sum)
        }
        add(result.first, at: step.inputs[0])
        add(result.second, at: step.inputs[1])
      case .largest, .larger, .unknown: end(rows, hints.balls[node], enclosure)
      }
    }
  }

  /// Lowers a constant by a number that is not negative.
  private mutating func lower(_ row: Int, by size: Double) {
    if size != 0 { constants[row] = (constants[row] - size).down }
  }

  /// Charges every row `factor |a| errors + absolute`.
  private mutating func charge(
    _ rows: Rows, _ errors: [Double], times factor: Double, absolute: Double = 0
  ) {
    let sums = rows.sums(with: errors, surety_check_weighted)
    let tiny = Double(rows.patches.size) * Rounding.tiny
    for (row, sum) in sums.enumerated() {
      lower(row, by: sum * (Rounding.inflation * factor) + (absolute + tiny))
    }
  }

  /// Adds `a offset`; what rounding changes in it is part of the node's charge.
  private mutating func addProducts(_ rows: Rows, _ offset: [Double]) {
    let sums = rows.sums(with: offset, surety_check_dot)
    for (row, sum) in sums.enumerated() { constants[row] = Rounding.sumDown(constants[row], sum) }
  }

  /// Ends the rows at a node: adds their least values over its intervals, or over a ball, whichever is larger.
  private mutating func end(
    _ rows: Rows, _ ball: RegionEnclosure.Ball?, _ enclosure: Enclosure
  ) {
    var (sums, sizes) = (
      [Double](repeating: 0, count: rows.count), [Double](repeating: 0, count: rows.count)
    )
    rows.patches.forEachRun { row, at, place, length in
      withPointers(rows.values, at, enclosure.lower, place, enclosure.upper) { a, lower, upper in
        surety_check_least(a, lower, upper, length, &sums[row], &sizes[row])
      }
    }
    let gamma = Rounding.gamma(rows.patches.size + 1) * Rounding.inflation
    let tiny = Double(rows.patches.size) * Rounding.tiny
    let other = ball?.leastValues(rows)
    for row in 0..<rows.count {
      var least = sums[row]
      // A sum of nothing but zeros is exact, if they are.
      if sizes[row] != 0 || mayUnderflow(rows, row, enclosure) {
        least = (least - (gamma * sizes[row] + tiny)).down
      }
      if let other, other[row] > least { least = other[row] }
      constants[row] = Rounding.sumDown(constants[row], least)
    }
  }

  /// Whether some coefficient of a row meets an end and neither is 0.
  private func mayUnderflow(_ rows: Rows, _ row: Int, _ enclosure: Enclosure) -> Bool {
    var result = false
    rows.patches.forEachRun { own, at, place, length in
      guard own == row, !result else { return }
      result = (0..<length).contains { index in
        let value = rows.values[at + index]
        let end = value > 0 ? enclosure.lower[place + index] : enclosure.upper[place + index]
        return value != 0 && end != 0
      }
    }
    return result
  }

  /// Takes rows from what a node computes to what it reads, by its lines.
  private mutating func pass(_ rows: inout Rows, _ lines: Lines, of node: Int) {
    var sums = [Double](repeating: 0, count: 3 * rows.count)
    let (patches, own) = (rows.patches, hints.slopes[node] ?? [:])
    rows.values.withUnsafeMutableBufferPointer { values in
      patches.forEachRun { row, at, place, length in
        guard let coefficients = values.baseAddress else { return }
        lines.withPointers(lowerSlope: own[row], from: place) { pointers, rounded in
          sums.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            surety_check_pass(coefficients + at, pointers, rounded, length, sums + 3 * row)
          }
        }
      }
    }
    // Each new coefficient is rounded once; so are the products with intercepts, and their sum as often as it has terms.
    let gamma = Rounding.gamma(patches.size + 1) * Rounding.inflation
    let unit = Rounding.unit * Rounding.inflation
    let tiny = (2 * Double(patches.size) + lines.roundedSum) * Rounding.tiny + Rounding.tiny
    for row in 0..<rows.count {
      constants[row] = Rounding.sumDown(constants[row], sums[3 * row])
      let size = (gamma * sums[3 * row + 1] + unit * sums[3 * row + 2]) * Rounding.inflation
      lower(row, by: lines.areExact ? size : size + tiny)
    }
  }

  /// Adds what the ends of nodes give, each times the row's multiplier: at most 0 in the part.
  private mutating func multiply(at node: Int) {
    for (index, end) in hints.ends.enumerated() where end.node == node {
      for (row, multipliers) in hints.multipliers where multipliers[index] != 0 {
        let layout = analysis.steps[node].layout
        var rows = waiting[node]?.whole() ?? Rows(layout, count: constants.count)
        let added = end.isUpper ? multipliers[index] : -multipliers[index]
        let at = row * layout.count + end.place
        rows.values[at] += added
        waiting[node] = rows
        let largest = state.enclosures[node]?.largest[end.place] ?? .infinity
        let size = abs(rows.values[at]) * largest * (Rounding.unit * Rounding.inflation)
        lower(row, by: size * Rounding.inflation + Rounding.tiny)
        constants[row] = Rounding.sumDown(
          constants[row], Rounding.productDown(-added, end.at))
      }
    }
  }
}

extension Lines {
  /// Calls `body` with the lines from a place on; a row may have lower slopes of its own.
  @inline(__always)
  fileprivate func withPointers(
    lowerSlope own: [Double]?, from place: Int,
    _ body: (surety_check_lines, UnsafePointer<Double>) -> Void
  ) {
    Checking.withPointers(own ?? lowerSlope, place, lowerIntercept, place, upperSlope) { a, b, c in
      Checking.withPointers(upperIntercept, place, rounded, place, rounded) { d, rounded, _ in
        body(
          surety_check_lines(
            lower_slope: a, lower_intercept: b, upper_slope: c, upper_intercept: d), rounded)
      }
    }
  }
}

extension Rows {
  /// For each row, a sum over its coefficients and numbers of the node's elements.
  fileprivate func sums(
    with numbers: [Double],
    _ kernel: (UnsafePointer<Double>, UnsafePointer<Double>, Int) -> Double
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    patches.forEachRun { row, at, place, length in
      withPointers(values, at, numbers, place, numbers) { a, b, _ in
        sums[row] += kernel(a, b, length)
      }
    }
    return sums
  }
}

/// Calls `body` with pointers to an element of one array, and to another place in two others.
@inline(__always)
private func withPointers(
  _ a: [Double], _ at: Int, _ b: [Double], _ place: Int, _ c: [Double],
  _ body: (UnsafePointer<Double>, UnsafePointer<Double>, UnsafePointer<Double>) -> Void
) {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      c.withUnsafeBufferPointer { c in
        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
        body(a + at, b + place, c + place)
      }
    }
  }
}
