/// A sum of terms over inputs and outputs, with a constant.
struct LinearExpression {
  var inputs: [LinearConstraint.Term] = []
  var outputs: [LinearConstraint.Term] = []
  var constant = 0.0

  init(_ constant: Double) { self.constant = constant }

  init(_ variable: Variable) {
    switch variable {
    case .input(let index): inputs = [.init(index, 1)]
    case .output(let index): outputs = [.init(index, 1)]
    }
  }

  var isConstant: Bool { inputs.isEmpty && outputs.isEmpty }

  mutating func scale(by factor: Double) {
    inputs = inputs.map { .init($0.index, $0.coefficient * factor) }
    outputs = outputs.map { .init($0.index, $0.coefficient * factor) }
    constant *= factor
  }

  mutating func divide(by divisor: Double) {
    inputs = inputs.map { .init($0.index, $0.coefficient / divisor) }
    outputs = outputs.map { .init($0.index, $0.coefficient / divisor) }
    constant /= divisor
  }

  mutating func add(_ other: LinearExpression) {
    inputs += other.inputs
    outputs += other.outputs
    constant += other.constant
  }

  mutating func subtract(_ other: LinearExpression) {
    var negated = other
    negated.scale(by: -1)
    add(negated)
  }
}

extension [LinearConstraint.Term] {
  /// The terms ordered by index, those of one index summed, without those that cancel.
  var collected: [LinearConstraint.Term] {
    if count < 2 { return filter { $0.coefficient != 0 } }
    var result: [LinearConstraint.Term] = []
    for term in sorted(by: { $0.index < $1.index }) {
      if let last = result.last, last.index == term.index {
        result[result.count - 1] = .init(term.index, last.coefficient + term.coefficient)
      } else {
        result.append(term)
      }
    }
    return result.filter { $0.coefficient != 0 }
  }
}
