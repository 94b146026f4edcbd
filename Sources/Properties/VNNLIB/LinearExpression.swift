/// A sum of terms over inputs and outputs, with a constant; all numbers are exact.
struct LinearExpression {
  typealias Term = ExactInequality.Term

  var inputs: [Term] = []
  var outputs: [Term] = []
  var constant = Rational.zero

  init(_ constant: Rational) { self.constant = constant }

  init(_ variable: Variable) {
    switch variable {
    case .input(let index): inputs = [Term(index: index, coefficient: .one)]
    case .output(let index): outputs = [Term(index: index, coefficient: .one)]
    }
  }

  var isConstant: Bool { inputs.isEmpty && outputs.isEmpty }

  mutating func scale(by factor: Rational) {
    for index in inputs.indices { inputs[index].coefficient = inputs[index].coefficient * factor }
    for index in outputs.indices {
      outputs[index].coefficient = outputs[index].coefficient * factor
    }
    constant = constant * factor
  }

  mutating func add(_ other: LinearExpression) {
    inputs += other.inputs
    outputs += other.outputs
    constant += other.constant
  }

  mutating func subtract(_ other: LinearExpression) {
    var negated = other
    negated.scale(by: Rational(-1))
    add(negated)
  }
}

extension [ExactInequality.Term] {
  /// The terms ordered by index, those of one index summed, without those that cancel.
  var collected: [ExactInequality.Term] {
    if count < 2 { return filter { !$0.coefficient.isZero } }
    var result: [ExactInequality.Term] = []
    for term in sorted(by: { $0.index < $1.index }) {
      if let last = result.last, last.index == term.index {
        result[result.count - 1].coefficient += term.coefficient
      } else {
        result.append(term)
      }
    }
    return result.filter { !$0.coefficient.isZero }
  }
}
