/// An inequality as its file states it, where doubles do not: `sum a_i X_i + sum b_j Y_j <= bound`.
struct ExactInequality: Hashable, Sendable {
  /// A coefficient with the element that it multiplies.
  struct Term: Hashable, Sendable {
    var index: Int
    var coefficient: Rational
  }

  /// The terms over inputs, ordered by index without repetition.
  var inputs: [Term]
  /// The terms over outputs, ordered by index without repetition.
  var outputs: [Term]
  /// The largest value of the sum.
  var bound: Rational

  /// The sum less the bound; nil where a value is not finite.
  func excess(input: [Double], output: [Double]) -> Rational? {
    var sum = -bound
    for (terms, values) in [(inputs, input), (outputs, output)] {
      for term in terms {
        guard let value = Rational(values[term.index]) else { return nil }
        sum += term.coefficient * value
      }
    }
    return sum
  }
}

/// How the doubles of an inequality relate to what its file states.
///
/// Behind a reference, because inequalities are many and nearly all of them are stated by their doubles.
indirect enum Exactness: Hashable, Sendable {
  /// The doubles are what the file states.
  case same
  /// The file states this, to which the doubles are rounded.
  case rounded(ExactInequality)

  /// The bound that the file states, where doubles do not state the inequality.
  var bound: Rational? {
    if case .rounded(let stated) = self { stated.bound } else { nil }
  }
}
