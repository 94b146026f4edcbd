import Bounds
import Properties
import Tensors

/// A function of the outputs that is bounded in a sub-problem: a constraint, or a combination of all constraints.
struct NeuronRow: Sendable {
  var terms: [LinearConstraint.Term]
  /// What the function may be at most.
  var bound: Double
  /// How far a bound in double must clear that.
  var slack: Double
  /// The sum of the sizes of the coefficients; 1 for none.
  var unit: Double
}

extension NeuronRoot {
  /// The functions that are bounded: one for each constraint and, of several, their combination at the end.
  ///
  /// - Parameter weights: A weight for each constraint in the combination; equal ones where empty.
  /// - Soundness: Where all constraints hold, so does every combination with weights that are not negative; its slack is the
  ///   sum of theirs.
  func rows(_ weights: [Double]) -> [NeuronRow] {
    var rows = zip(condition, slack).map { constraint, slack in
      NeuronRow(
        terms: constraint.outputs, bound: constraint.bound, slack: slack,
        unit: constraint.weight > 0 ? constraint.weight : 1)
    }
    guard rows.count > 1 else { return rows }
    let weights = weights.isEmpty ? equalWeights : weights
    var sums: [Int: Double] = [:]
    var (bound, slack) = (0.0, 0.0)
    for (row, weight) in zip(rows, weights) {
      for term in row.terms { sums[term.index, default: 0] += weight * term.coefficient }
      bound += weight * row.bound
      slack += weight * row.slack
    }
    rows.append(
      NeuronRow(
        terms: sums.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }, bound: bound,
        slack: slack, unit: 1))
    return rows
  }

  /// How many functions are bounded.
  var rowCount: Int { condition.count > 1 ? condition.count + 1 : condition.count }

  /// The sizes of the constraints, which weights are counted in.
  var units: [Double] { condition.map { $0.weight > 0 ? $0.weight : 1 } }

  /// By how much each constraint exceeds its limit at an output.
  func excesses<R: TensorScalar>(at output: [R]) -> [Double] {
    let output = output.map { Double($0) }
    return condition.map { $0.excess(at: output) }
  }
}
