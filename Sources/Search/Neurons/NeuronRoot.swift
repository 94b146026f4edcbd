import Bounds
import Properties
import Tensors

/// A condition of a case with what is known before any split: the root of a tree.
struct NeuronRoot<S: TensorScalar>: Sendable {
  let inputs: InputSet<Tensor<S>>
  let inputsInDouble: InputSet<Tensor<Double>>
  let condition: [LinearConstraint]
  /// The intervals of the nodes that relaxations read, by node, for one example.
  let intervals: [Interval<Tensor<S>>?]
  /// The same in double and wide enough for what rounding may have lost.
  let intervalsInDouble: [Interval<Tensor<Double>>?]
  /// For each row, slopes that were optimised before any split.
  var slopes: [[S]] = []
  /// How far the bound in double of each constraint must clear its limit.
  let slack: [Double]
  /// What single precision loses at each node.
  let noise: [Double]
  /// Which case it belongs to.
  let place: Int
  /// What the ends of neurons are tightened by in parts of the region, where there was room and time for it.
  var planes: NeuronPlanes?
  /// A weight for each of several constraints, to start from.
  var weights: [Double] = []
}

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

  /// Weights with which each constraint counts alike.
  var equalWeights: [Double] { units.map { 1 / ($0 * Double(condition.count)) } }

  /// What a combination may be at most.
  func limit(_ weights: [Double]) -> Double {
    zip(weights, condition).reduce(0) { $0 + $1.0 * $1.1.bound }
  }

  /// The largest margin of the rows' bounds; a condition is impossible as soon as one is.
  func margin<R: TensorScalar>(
    _ bounds: some Sequence<SplitBound<R>>, _ weights: [Double]
  ) -> Double {
    zip(rows(weights), bounds).reduce(-.infinity) { best, pair in
      let margin = Double(pair.1.bound) - pair.0.bound
      return margin.isFinite ? max(best, margin) : best
    }
  }

  /// What rules the condition out: the first row whose bound clears its limit by more than the slack; nil where none does.
  ///
  /// - Soundness: The slack leaves room for the rounding of a bound in double (`Judgement.tolerance`). Where the row, a sum of
  ///   constraints with factors that are not negative, is above its limit, some constraint is above its own.
  func reason(
    _ bounds: some Sequence<SplitBound<Double>>, _ weights: [Double]
  ) -> ClosingReason? {
    for (place, (row, bound)) in zip(rows(weights), bounds).enumerated() {
      let margin = bound.bound - row.bound
      guard margin.isFinite, margin > row.slack, margin > 0 else { continue }
      let isCombination = place == condition.count
      let equal = weights.isEmpty ? equalWeights : weights
      return .bound(
        condition: 0,
        factors: isCombination ? equal : condition.indices.map { $0 == place ? 1 : 0 })
    }
    return nil
  }
}
