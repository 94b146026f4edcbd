import Properties

/// The conditions of a target, laid out so that a row of outputs is judged without allocation.
final class ConditionTable: Sendable {
  /// The inequalities of each condition.
  let conditions: [[LinearConstraint]]

  private let constraintStarts: [Int]
  private let outputs: TermList
  private let inputs: TermList
  private let bounds: [Double]

  /// Terms of consecutive inequalities, one after another.
  private struct TermList: Sendable {
    var starts = [0]
    var indices: [Int] = []
    var coefficients: [Double] = []

    mutating func append(_ terms: [LinearConstraint.Term]) {
      indices += terms.map(\.index)
      coefficients += terms.map(\.coefficient)
      starts.append(indices.count)
    }

    func sum(_ constraint: Int, _ values: UnsafePointer<Float>) -> Double {
      var sum = 0.0
      for term in starts[constraint]..<starts[constraint + 1] {
        sum += coefficients[term] * Double(values[indices[term]])
      }
      return sum
    }

    func add(_ constraint: Int, to gradient: UnsafeMutablePointer<Float>) {
      for term in starts[constraint]..<starts[constraint + 1] {
        gradient[indices[term]] += Float(coefficients[term])
      }
    }
  }

  init(_ conditions: [[LinearConstraint]]) {
    self.conditions = conditions
    var starts = [0]
    var (outputs, inputs, bounds) = (TermList(), TermList(), [Double]())
    for constraint in conditions.joined() {
      outputs.append(constraint.outputs)
      inputs.append(constraint.inputs)
      bounds.append(constraint.bound)
    }
    for condition in conditions { starts.append(starts[starts.count - 1] + condition.count) }
    (constraintStarts, self.outputs, self.inputs, self.bounds) = (starts, outputs, inputs, bounds)
    readsInputs = !inputs.indices.isEmpty
  }

  /// The number of conditions.
  var count: Int { conditions.count }

  /// Whether any inequality has terms over inputs.
  let readsInputs: Bool

  /// How far the worst inequality of a condition is from holding; at most 0 when all hold.
  func violation(
    _ condition: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>
  ) -> Double {
    var worst = -Double.infinity
    for constraint in constraintStarts[condition]..<constraintStarts[condition + 1] {
      let excess = excess(constraint, x, y)
      guard !excess.isNaN else { return .infinity }
      worst = max(worst, excess)
    }
    return worst
  }

  private func excess(
    _ constraint: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>
  ) -> Double {
    outputs.sum(constraint, y) + inputs.sum(constraint, x) - bounds[constraint]
  }

  /// Adds the derivative of a condition's loss to the gradients of outputs and inputs.
  ///
  /// - Parameter sumsExcesses: Whether the loss is the sum of all positive excesses; otherwise, and when none
  ///   is positive, it is the largest excess.
  func addGradient(
    _ condition: Int, sumsExcesses: Bool, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
    outputs outputGradient: UnsafeMutablePointer<Float>,
    inputs inputGradient: UnsafeMutablePointer<Float>?
  ) {
    func add(_ constraint: Int) {
      outputs.add(constraint, to: outputGradient)
      if let inputGradient { inputs.add(constraint, to: inputGradient) }
    }
    var (worst, largest, addedAny) = (-1, -Double.infinity, false)
    for constraint in constraintStarts[condition]..<constraintStarts[condition + 1] {
      let excess = excess(constraint, x, y)
      if excess > largest { (worst, largest) = (constraint, excess) }
      if sumsExcesses && excess > 0 {
        add(constraint)
        addedAny = true
      }
    }
    if !addedAny && worst >= 0 { add(worst) }
  }
}
