/// The linear maps from nodes that are not affine, the input among them, to an affine node: as matrices.
struct LinearBlock: Sendable {
  /// The map from one of the nodes.
  struct Part: Sendable {
    /// The node, called the source.
    var source: Int
    /// The elements of the source.
    var columns: Int
    /// The coefficients, a row for each place of the affine node, row by row.
    var values: [Double]
    /// How far the matrix may be from the true one, in the Frobenius norm.
    var error = 0.0
  }

  /// The elements of the affine node.
  var rows: Int
  var parts: [Part]

  /// More coefficients than this are not written out.
  static let mostCoefficients = 1 << 25
}

extension Analysis {
  func isAffine(_ node: Int) -> Bool {
    if case .affine = steps[node].kind { true } else { false }
  }

  /// The nodes that are not affine in which the ways back from a node end.
  func sources(of node: Int) -> [Int] {
    var (waiting, seen, found) = ([node], Set<Int>(), [Int]())
    while let id = waiting.popLast() {
      guard seen.insert(id).inserted else { continue }
      guard case .affine(let affine) = steps[id].kind else {
        found.append(id)
        continue
      }
      waiting += affine.terms.map(\.input)
    }
    return found.sorted()
  }

  /// Whether the maps to an affine node are small enough to be written out.
  func isWrittenOut(_ node: Int) -> Bool {
    let columns = sources(of: node).reduce(0) { $0 + steps[$1].layout.count }
    return columns == 0 || steps[node].layout.count <= LinearBlock.mostCoefficients / columns
  }

  /// The linear maps to an affine node.
  ///
  /// Unit rows go back through affine nodes. A row `a` becomes `fl(a W)`, which is off by at most `gamma |a| |W|`; the Frobenius norm of that
  /// is at most gamma times the one of `a` times the one of `|W|`, which is at most the root of the squares of the sums of its rows.
  ///
  /// - Soundness: Each matrix is within its `error` of the true one.
  /// - Throws: `Rejection` where it would be too large.
  func block(of node: Int) throws(Rejection) -> LinearBlock {
    let (rows, sources) = (steps[node].layout.count, sources(of: node))
    guard isWrittenOut(node) else {
      let columns = sources.reduce(0) { $0 + steps[$1].layout.count }
      throw Rejection(
        "the linear map to \(steps[node].name) has \(rows) x \(columns) coefficients, more than are written out"
      )
    }
    var block = LinearBlock(
      rows: rows,
      parts: sources.map { source in
        let columns = steps[source].layout.count
        return .init(
          source: source, columns: columns, values: [Double](repeating: 0, count: rows * columns))
      })
    var sizes: [Int: [Double]] = [:]
    for from in stride(from: 0, to: rows, by: rowsAtOnce) {
      let places = Array(from..<min(rows, from + rowsAtOnce))
      for (source, found) in pulledBack(unitRows(of: node, places), from: node, &sizes) {
        guard let part = block.parts.firstIndex(where: { $0.source == source }) else { continue }
        let own = block.parts[part].columns
        block.parts[part].values.replaceSubrange(
          from * own..<(from + places.count) * own, with: found.rows.values)
        block.parts[part].error = (block.parts[part].error + found.error).up
      }
    }
    return block
  }

  /// Rows and how far they are from the true ones, in the Frobenius norm.
  private typealias Inexact = (rows: Rows, error: Double)

  /// Takes rows from a node back to where all ways through affine nodes end.
  ///
  /// - Parameter sizes: For each affine node that was met, at least the Frobenius norms of its terms' coefficients without signs.
  private func pulledBack(
    _ rows: Rows, from node: Int, _ sizes: inout [Int: [Double]]
  ) -> [Int: Inexact] {
    var waiting: [Int: Inexact] = [node: (rows, 0)]
    var ended: [Int: Inexact] = [:]
    for id in (0...node).reversed() {
      guard let (rows, error) = waiting.removeValue(forKey: id) else { continue }
      guard case .affine(let affine) = steps[id].kind else {
        ended[id] = (rows.whole(), error)
        continue
      }
      let own = sizes[id] ?? affine.terms.map { size(of: $0) }
      sizes[id] = own
      let norm = rows.values.euclideanNorm
      for (term, size) in zip(affine.terms, own) {
        var next = term.map.pullBack(rows, matrices)
        let gamma = Rounding.gamma(term.map.fanOut + affine.coefficientRoundings)
        let underflow = Double((term.map.fanOut + 1) * next.values.count) * Rounding.tiny
        var lost = ((error + gamma * norm) * size * Rounding.inflation + underflow).up
        if let known = waiting[term.input] {
          next = known.rows + next
          lost =
            (known.error + lost + Rounding.unit * next.values.euclideanNorm)
            * Rounding.inflation
        }
        waiting[term.input] = (next, lost)
      }
    }
    return ended
  }

  /// At least the Frobenius norm of a term's coefficients without signs.
  private func size(of term: Affine.Term) -> Double {
    let ones = [Double](repeating: 1, count: steps[term.input].layout.count)
    let sums = term.map.parts(of: ones, matrices)
    return zip(sums.positive, sums.negative).map { ($0 + $1) * Rounding.inflation }.euclideanNorm
  }
}

extension [Double] {
  /// At least the root of the sum of the squares.
  var euclideanNorm: Double {
    let sum = reduce(0) { $0 + $1 * $1 }
    guard sum != 0 || contains(where: { $0 != 0 }) else { return 0 }
    // A square that underflows loses at most 2^-1075.
    let exact = (sum * (1 + Rounding.gamma(count + 2)) + Double(count) * Rounding.tiny).up
    return exact.squareRoot().up
  }
}
