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
    let weights = weights.isEmpty ? rows.map { 1 / ($0.unit * Double(rows.count)) } : weights
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

  /// The weights with which planes below the functions exclude each other best over what input splits leave of the region.
  ///
  /// - Parameter weights: Those that the last plane was made with.
  func betterWeights<R: TensorScalar>(
    than weights: [Double], _ bounds: some Sequence<SplitBound<R>>, _ splits: [NeuronSplit]
  ) -> [Double] {
    guard condition.count > 1 else { return [] }
    let rows = rows(weights)
    let sides = frame.sides(after: splits)
    var middles: [Double] = []
    var reaches: [Double] = []
    for (row, bound) in zip(rows, bounds) {
      guard let plane = bound.plane else { return weights }
      let coefficients = plane.coefficients.map { Double($0) }
      var middle = Double(plane.constant) - row.bound + frame.fixedPart(coefficients)
      for (input, side) in zip(frame.inputs, sides) {
        middle += coefficients[input] * (side.low / 2 + side.high / 2)
        reaches.append(coefficients[input] * (side.high - side.low) / 2)
      }
      middles.append(middle)
    }
    guard middles.count == rows.count, middles.allSatisfy(\.isFinite),
      reaches.allSatisfy(\.isFinite)
    else { return weights }
    let blend = PlaneBlend(middles: middles, reaches: reaches, units: rows.map(\.unit))
    let last = blend.weights[condition.count]
    let old =
      weights.isEmpty ? rows.dropLast().map { 1 / ($0.unit * Double(condition.count)) } : weights
    let found = zip(blend.weights, old).map { $0 + last * $1 }
    // All weight on one constraint would make its row again.
    let size = zip(found, rows).reduce(0) { $0 + $1.0 * $1.1.unit }
    guard size > 0, size.isFinite else { return weights }
    return found.map { $0 / size }
  }
}
