import Files

/// An inequality between two expressions on one line, on its way to an atom.
///
/// A number that stands alone beside an input is read as the nearest double, which is what runtimes are given and what a
/// witness prints. All other numbers are computed with exactly as they are written; where the result is no double, a bound
/// rounds so that the violation grows: a proof stays a proof.
struct Comparison {
  let source: String
  let line: Int
  /// Whether the sides must differ.
  let isStrict: Bool

  /// The atom `left <= right`, or `left < right`.
  func atom(_ left: LinearExpression, atMost right: LinearExpression) throws(InputError) -> Formula
  {
    var difference = left
    difference.subtract(right)
    let form = ExactInequality(
      inputs: difference.inputs.collected, outputs: difference.outputs.collected,
      bound: -difference.constant)
    if form.outputs.isEmpty {
      guard let term = form.inputs.first else {
        return .constant(isStrict ? form.bound.sign > 0 : form.bound.sign >= 0)
      }
      if form.inputs.count == 1 {
        return try inputBound(
          term.index, isUpper: term.coefficient.sign > 0, form.bound / term.coefficient)
      }
    }
    let constraint = LinearConstraint(form, isStrict: isStrict, line: line)
    try checkFinite(constraint, form.bound)
    return .constraint(constraint)
  }

  /// The atom `X_index <= value`, or `>=`.
  func inputBound(_ index: Int, isUpper: Bool, _ value: Double) throws(InputError) -> Formula {
    guard value.isFinite else { throw notFinite("X_\(index) bound") }
    return .bound(
      InputBound(index: index, isUpper: isUpper, value: value, isStrict: isStrict, line: line))
  }

  /// The same for a computed value.
  ///
  /// Where the value lies between two doubles, the outer one is the end, and no double but those short of it satisfies the
  /// inequality: so the end is open.
  private func inputBound(
    _ index: Int, isUpper: Bool, _ value: Rational
  ) throws(InputError) -> Formula {
    let end = isUpper ? value.roundedUp : value.roundedDown
    guard end.isFinite, value.nearest.isFinite else { throw notFinite("X_\(index) bound") }
    return .bound(
      InputBound(
        index: index, isUpper: isUpper, value: end, isStrict: isStrict || Rational(end) != value,
        line: line))
  }

  private func checkFinite(
    _ constraint: LinearConstraint, _ bound: Rational
  ) throws(InputError) {
    for term in constraint.inputs where !term.coefficient.isFinite {
      throw notFinite("coefficient of X_\(term.index)")
    }
    for term in constraint.outputs where !term.coefficient.isFinite {
      throw notFinite("coefficient of Y_\(term.index)")
    }
    // Rounded outward, a number that is too large may still be the largest double.
    guard constraint.bound.isFinite, bound.nearest.isFinite else {
      let name =
        constraint.inputs.first.map { "X_\($0.index) " }
        ?? constraint.outputs.first.map { "Y_\($0.index) " }
      throw notFinite("\(name ?? "")bound")
    }
  }

  private func notFinite(_ what: String) -> InputError {
    InputError(
      source, place: "line \(line)",
      "\(what) is not finite, expected a number below 1.8e308 in size")
  }
}

/// How two operands are compared.
enum Relation {
  case atMost, atLeast, below, above, equal, unequal

  /// What holds where this does not.
  var negated: Relation {
    switch self {
    case .atMost: .above
    case .atLeast: .below
    case .below: .atLeast
    case .above: .atMost
    case .equal: .unequal
    case .unequal: .equal
    }
  }
}
