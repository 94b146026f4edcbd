extension LinearConstraint {
  /// A coefficient without rounding, with the element that it multiplies.
  package struct ExactTerm: Sendable {
    package let index: Int
    package let coefficient: Rational
  }

  /// The terms over inputs as the file states them.
  package var exactInputs: [ExactTerm] {
    if case .rounded(let stated) = exactness { return stated.inputs.map(ExactTerm.init) }
    return inputs.compactMap(ExactTerm.init)
  }

  /// The terms over outputs as the file states them.
  package var exactOutputs: [ExactTerm] {
    if case .rounded(let stated) = exactness { return stated.outputs.map(ExactTerm.init) }
    return outputs.compactMap(ExactTerm.init)
  }

  /// The bound as the file states it; nil where it is not finite.
  package var exactBound: Rational? { exactness.bound ?? Rational(bound) }
}

extension LinearConstraint.ExactTerm {
  fileprivate init(_ term: ExactInequality.Term) {
    (index, coefficient) = (term.index, term.coefficient)
  }

  fileprivate init?(_ term: LinearConstraint.Term) {
    guard let value = Rational(term.coefficient) else { return nil }
    (index, coefficient) = (term.index, value)
  }
}
