import Bounds
import Properties
import Tensors

/// The functions of the outputs that are bounded to rule out the conditions of one question.
///
/// Each constraint is bounded by itself, and conditions of several constraints also by some combinations: where all
/// constraints hold, so does every combination with weights that are not negative.
struct ConditionRows: Sendable {
  /// What one function must not exceed where a condition holds.
  struct Requirement: Sendable {
    /// Which function.
    var row: Int
    /// The largest value allowed.
    var bound: Double
    /// The constraints of the condition that are in it.
    var parts: [Part]
  }

  /// A constraint in a combination.
  struct Part: Sendable {
    /// The place of the constraint in its condition.
    var constraint: Int
    var weight: Double
  }

  /// The coefficients of the functions, one after another.
  private(set) var coefficients: [Double]
  /// The number of functions.
  private(set) var count: Int
  /// The requirements of each condition.
  private(set) var conditions: [[Requirement]]

  /// Up to how many combinations are bounded at a time.
  private static let mostCombinations = 512

  init(_ open: [[LinearConstraint]], outputs: Int) {
    let table = OutputRows(of: open)
    coefficients = table.dense(outputCount: outputs)
    count = table.count
    conditions = table.conditions.map { requirements in
      requirements.enumerated().map { place, requirement in
        Requirement(
          row: requirement.row, bound: requirement.bound,
          parts: [Part(constraint: place, weight: 1)])
      }
    }
    let blends = open.map { Self.blends(of: $0.map(\.weight)) }
    guard blends.reduce(0, { $0 + $1.count }) <= Self.mostCombinations else { return }
    for (index, blends) in blends.enumerated() {
      for weights in blends { append(open[index], weights, to: index, outputs) }
    }
  }

  private mutating func append(
    _ constraints: [LinearConstraint], _ weights: [Double], to condition: Int, _ outputs: Int
  ) {
    var row = [Double](repeating: 0, count: outputs)
    var bound = 0.0
    var parts: [Part] = []
    for (place, (constraint, weight)) in zip(constraints, weights).enumerated() where weight > 0 {
      parts.append(Part(constraint: place, weight: weight))
      for term in constraint.outputs { row[term.index] += weight * term.coefficient }
      bound += weight * constraint.bound
    }
    coefficients += row
    conditions[condition].append(Requirement(row: count, bound: bound, parts: parts))
    count += 1
  }

  /// The combinations to try, in units of the constraints' coefficients: all constraints alike and, of few, pairs.
  private static func blends(of sizes: [Double]) -> [[Double]] {
    guard sizes.count > 1 else { return [] }
    func scaled(_ parts: [Double]) -> [Double] {
      zip(parts, sizes).map { $1 > 0 ? $0 / $1 : $0 }
    }
    if sizes.count == 2 { return [0.125, 0.25, 0.5, 0.75, 0.875].map { scaled([1 - $0, $0]) } }
    var result = [scaled(sizes.map { _ in 1 / Double(sizes.count) })]
    guard sizes.count <= 6 else { return result }
    for first in sizes.indices {
      for second in sizes.indices where second > first {
        result.append(scaled(sizes.indices.map { $0 == first || $0 == second ? 0.5 : 0 }))
      }
    }
    return result
  }
}
