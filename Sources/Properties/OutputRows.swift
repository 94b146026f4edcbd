/// Conditions in the form that bounds decide: rows `b` over the outputs, and what each must not
/// exceed.
///
/// A condition is impossible over a region as soon as one of its requirements has
/// `min(row . Y + inputs . X) > bound` there; a condition without requirements is never impossible.
/// Each distinct row appears once, however many conditions use it.
public struct OutputRows: Hashable, Sendable {
  /// One inequality of a condition: `rows[row] . Y + inputs . X <= bound`.
  public struct Requirement: Hashable, Sendable {
    /// Which row.
    public let row: Int
    /// The terms over inputs, ordered by index; nearly always empty.
    public let inputs: [LinearConstraint.Term]
    /// The largest value allowed.
    public let bound: Double

    /// The largest value that the row can have where the requirement holds with any input of a
    /// region.
    ///
    /// For an analysis that bounds outputs alone: it takes the terms over inputs at their best in
    /// the box.
    ///
    /// - Soundness: Rounded upward, so that no violation is lost.
    public func outputBound(over region: Region) -> Double {
      inputs.reduce(bound) { sum, term in
        let end = term.coefficient > 0 ? region.lower[term.index] : region.upper[term.index]
        return sumRoundedUp(sum, productRoundedUp(-term.coefficient, end))
      }
    }
  }

  /// The distinct rows, each as its nonzero terms over outputs; a row is empty for a requirement on
  /// inputs alone.
  public let rows: [[LinearConstraint.Term]]
  /// The requirements of each condition, in order; all of one condition hold together.
  public let conditions: [[Requirement]]

  /// Collects the rows of several conjunctions.
  public init(of conjunctions: [[LinearConstraint]]) {
    var rows: [[LinearConstraint.Term]] = []
    var places: [[LinearConstraint.Term]: Int] = [:]
    conditions = conjunctions.map { constraints in
      constraints.map { constraint in
        let place = places[constraint.outputs] ?? rows.count
        if place == rows.count {
          places[constraint.outputs] = place
          rows.append(constraint.outputs)
        }
        return Requirement(row: place, inputs: constraint.inputs, bound: constraint.bound)
      }
    }
    self.rows = rows
  }

  /// The number of distinct rows.
  public var count: Int { rows.count }

  /// The rows as a matrix of shape [count, outputCount], flattened row-major.
  public func dense(outputCount: Int) -> [Double] {
    var matrix = [Double](repeating: 0, count: rows.count * outputCount)
    for (row, terms) in rows.enumerated() {
      for term in terms { matrix[row * outputCount + term.index] = term.coefficient }
    }
    return matrix
  }
}

extension RegionGroup {
  /// The conditions of all disjuncts of the group as output rows, in the order of `conditions`.
  public var rows: OutputRows { OutputRows(of: conditions.map(\.constraints)) }
}
