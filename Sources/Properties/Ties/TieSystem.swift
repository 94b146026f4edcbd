/// Linear equations among inputs, solved for some of them (Gauss and Jordan, without rounding).
struct TieSystem {
  /// An equation `sum a_i X_i = constant`.
  struct Equation {
    var terms: [Int: Rational]
    var constant: Rational
  }

  /// What the inputs solved for are, over those that are not.
  private(set) var solved: [Int: Equation] = [:]
  /// Whether the equations exclude each other.
  private(set) var isContradictory = false

  /// Adds an equation.
  mutating func add(_ given: Equation) {
    var equation = given
    for (input, solution) in solved {
      guard let coefficient = equation.terms.removeValue(forKey: input) else { continue }
      equation.add(solution, times: coefficient)
    }
    guard let pivot = equation.pivot, let coefficient = equation.terms.removeValue(forKey: pivot)
    else {
      isContradictory = isContradictory || !equation.constant.isZero
      return
    }
    // X = (constant - rest) / coefficient.
    let solution = Equation(
      terms: equation.terms.mapValues { -$0 / coefficient },
      constant: equation.constant / coefficient)
    for input in Array(solved.keys) {
      guard var other = solved[input], let factor = other.terms.removeValue(forKey: pivot) else {
        continue
      }
      other.addSum(solution, times: factor)
      solved[input] = other
    }
    solved[pivot] = solution
  }
}

extension TieSystem.Equation {
  /// Puts a solution in the place of an input that had a coefficient.
  fileprivate mutating func add(_ solution: Self, times coefficient: Rational) {
    addTerms(solution, times: coefficient)
    constant = constant - coefficient * solution.constant
  }

  /// The same in a sum that is no equation.
  fileprivate mutating func addSum(_ solution: Self, times coefficient: Rational) {
    addTerms(solution, times: coefficient)
    constant += coefficient * solution.constant
  }

  private mutating func addTerms(_ other: Self, times coefficient: Rational) {
    for (input, value) in other.terms {
      let sum = (terms[input] ?? .zero) + coefficient * value
      terms[input] = sum.isZero ? nil : sum
    }
  }

  /// The input to solve for: one whose sum has coefficients that are doubles, so that a witness can be exact; of those,
  /// the one with the largest coefficient, which the others are divided by.
  fileprivate var pivot: Int? {
    func isExact(_ input: Int) -> Bool {
      guard let divisor = terms[input] else { return false }
      return terms.values.allSatisfy { Rational(($0 / divisor).nearest) == $0 / divisor }
        && Rational((constant / divisor).nearest) == constant / divisor
    }
    func size(_ input: Int) -> Rational {
      let value = terms[input] ?? .zero
      return value.sign < 0 ? -value : value
    }
    return terms.keys.max { a, b in
      let (exactA, exactB) = (isExact(a), isExact(b))
      if exactA != exactB { return exactB }
      return size(a) == size(b) ? a < b : size(a) < size(b)
    }
  }
}
