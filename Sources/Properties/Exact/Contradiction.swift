extension [LinearConstraint] {
  /// Whether the inequalities exclude each other whatever the network computes, such as `Y_0 < 0` and `Y_0 >= 0`.
  ///
  /// Bounds are computed with room for rounding, so they cannot see a strict inequality fail by nothing; here outputs and
  /// inputs are plain variables, and numbers are exact. Variables are eliminated one after another (Fourier and Motzkin).
  ///
  /// - Parameter region: Where the inputs lie; the ends of those that the inequalities mention are used.
  /// - Returns: True only where no values satisfy all inequalities; false also where the question is too large.
  func isContradiction(within region: Region) -> Bool {
    let most = 12
    guard count <= most, contains(where: \.isStrict) else { return false }
    var rows: [EliminationRow] = []
    for constraint in self {
      guard let form = constraint.exactForm else { return false }
      rows.append(EliminationRow(form, isStrict: constraint.isStrict))
    }
    for index in Set(flatMap { $0.inputs.map(\.index) }).sorted() {
      guard let low = Rational(region.lower[index]), let high = Rational(region.upper[index]) else {
        return false
      }
      let variable = EliminationRow.Variable(index: index, isOutput: false)
      rows.append(
        EliminationRow(
          terms: [variable: Rational(-1)], bound: -low,
          isStrict: region.openLower.contains(index)))
      rows.append(
        EliminationRow(
          terms: [variable: .one], bound: high, isStrict: region.openUpper.contains(index)))
    }
    return EliminationRow.isEmpty(rows)
  }
}

/// One inequality of a system that is solved by elimination.
private struct EliminationRow: Hashable {
  struct Variable: Hashable {
    var index: Int
    var isOutput: Bool
  }

  var terms: [Variable: Rational]
  var bound: Rational
  var isStrict: Bool

  init(terms: [Variable: Rational], bound: Rational, isStrict: Bool) {
    (self.terms, self.bound, self.isStrict) = (terms, bound, isStrict)
  }

  init(_ form: ExactInequality, isStrict: Bool) {
    self.init(terms: [:], bound: form.bound, isStrict: isStrict)
    for (list, isOutput) in [(form.inputs, false), (form.outputs, true)] {
      for term in list { terms[Variable(index: term.index, isOutput: isOutput)] = term.coefficient }
    }
  }

  /// The combination of two rows in which a variable cancels.
  func cancelling(_ variable: Variable, with other: EliminationRow) -> EliminationRow? {
    guard let a = terms[variable], let b = other.terms[variable] else { return nil }
    let (mine, its) = (b.sign < 0 ? -b : b, a.sign < 0 ? -a : a)
    var sum = terms.mapValues { $0 * mine }
    for (variable, coefficient) in other.terms {
      let value = (sum[variable] ?? .zero) + coefficient * its
      sum[variable] = value.isZero ? nil : value
    }
    return EliminationRow(
      terms: sum, bound: bound * mine + other.bound * its, isStrict: isStrict || other.isStrict)
  }

  /// Whether nothing satisfies all rows; false where the elimination grows too large.
  static func isEmpty(_ given: [EliminationRow]) -> Bool {
    let most = 400
    var rows = given
    while true {
      if rows.contains(where: { $0.terms.isEmpty && !$0.isTrue }) { return true }
      rows.removeAll { $0.terms.isEmpty }
      guard let variable = next(of: rows) else { return false }
      let used = rows.filter { $0.terms[variable] != nil }
      let above = used.filter { ($0.terms[variable]?.sign ?? 0) > 0 }
      let below = used.filter { ($0.terms[variable]?.sign ?? 0) < 0 }
      rows.removeAll { $0.terms[variable] != nil }
      guard rows.count + above.count * below.count <= most else { return false }
      for row in above { rows += below.compactMap { row.cancelling(variable, with: $0) } }
      rows = Array(Set(rows))
    }
  }

  private var isTrue: Bool { isStrict ? bound.sign > 0 : bound.sign >= 0 }

  /// The variable whose elimination leaves the fewest rows.
  private static func next(of rows: [EliminationRow]) -> Variable? {
    var signs: [Variable: (above: Int, below: Int)] = [:]
    for row in rows {
      for (variable, coefficient) in row.terms {
        var count = signs[variable] ?? (0, 0)
        if coefficient.sign > 0 { count.above += 1 } else { count.below += 1 }
        signs[variable] = count
      }
    }
    return signs.min { $0.value.above * $0.value.below < $1.value.above * $1.value.below }?.key
  }
}
