import Files

/// An inequality between two expressions on one line, on its way to an atom.
///
/// Numbers are the doubles nearest to the decimals in the file. Where moving a constant to the
/// other side or dividing by a coefficient rounds, it rounds so that the violation grows: a proof
/// stays a proof. Constants and coefficients computed within one expression, such as `(* 0.1 0.3)`,
/// round to nearest.
struct Comparison {
  let source: String
  let line: Int

  /// The atom `left <= right`.
  func atom(_ left: LinearExpression, atMost right: LinearExpression) throws(InputError) -> Formula
  {
    var difference = left
    difference.subtract(right)
    let inputs = difference.inputs.collected
    let outputs = difference.outputs.collected
    let bound = sumRoundedUp(right.constant, -left.constant)
    try checkFinite(inputs, outputs, bound, names: difference)
    if outputs.isEmpty {
      guard let term = inputs.first else { return .constant(0 <= bound) }
      if inputs.count == 1 {
        return try inputBound(term.index, coefficient: term.coefficient, atMost: bound)
      }
    }
    return .constraint(
      LinearConstraint(inputs: inputs, outputs: outputs, bound: bound, line: line))
  }

  /// The atom `coefficient * X_index <= bound`.
  func inputBound(
    _ index: Int, coefficient: Double, atMost bound: Double
  ) throws(InputError) -> Formula {
    let value =
      coefficient > 0
      ? quotientRoundedUp(bound, coefficient) : quotientRoundedDown(bound, coefficient)
    guard value.isFinite else { throw notFinite("X_\(index) bound") }
    return .bound(InputBound(index: index, isUpper: coefficient > 0, value: value, line: line))
  }

  private func checkFinite(
    _ inputs: [LinearConstraint.Term], _ outputs: [LinearConstraint.Term], _ bound: Double,
    names: LinearExpression
  ) throws(InputError) {
    for term in inputs where !term.coefficient.isFinite {
      throw notFinite("coefficient of X_\(term.index)")
    }
    for term in outputs where !term.coefficient.isFinite {
      throw notFinite("coefficient of Y_\(term.index)")
    }
    guard bound.isFinite else {
      let name =
        names.inputs.first.map { "X_\($0.index) " } ?? names.outputs.first.map { "Y_\($0.index) " }
      throw notFinite("\(name ?? "")bound")
    }
  }

  private func notFinite(_ what: String) -> InputError {
    InputError(
      source, place: "line \(line)",
      "\(what) is not finite, expected a number below 1.8e308 in size")
  }
}
