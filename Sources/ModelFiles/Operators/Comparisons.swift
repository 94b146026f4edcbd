import Networks
import Tensors

// Comparisons of what depends on the input give 1 or 0.
extension ONNXImporter {
  func greater(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try comparison(node, constantGreater) { (a, b) throws(ONNXProblem) in
      try apply(Step(), difference(a, b))
    }
  }

  func greaterOrEqual(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try comparison(node, constantGreaterOrEqual) { (a, b) throws(ONNXProblem) in
      try apply(Step(includesZero: true), difference(a, b))
    }
  }

  func less(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try comparison(node, constantLess) { (a, b) throws(ONNXProblem) in
      try apply(Step(), difference(b, a))
    }
  }

  func lessOrEqual(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try comparison(node, constantLessOrEqual) { (a, b) throws(ONNXProblem) in
      try apply(Step(includesZero: true), difference(b, a))
    }
  }

  func equal(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try comparison(node, constantEqual) { (a, b) throws(ONNXProblem) in
      try apply(IsZero(), difference(a, b))
    }
  }

  func and(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try comparison(node, constantAnd) { (a, b) throws(ONNXProblem) in try minimum(a, b) }
  }

  func or(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try comparison(node, constantOr) { (a, b) throws(ONNXProblem) in try maximum(a, b) }
  }

  func exclusiveOr(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try comparison(node, constantXor) { (a, b) throws(ONNXProblem) in
      try apply(Magnitude(), difference(a, b))
    }
  }

  func not(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard case .variable = x else { return try constantNot(node) }
    return [try subtract(.constant(.scalar(1)), x)]
  }

  /// Compares two constants now, or makes an operation where an operand depends on the input.
  private func comparison(
    _ node: ONNXNode, _ known: (ONNXNode) throws(ONNXProblem) -> [ONNXValue],
    _ operation: (ONNXValue, ONNXValue) throws(ONNXProblem) -> ONNXValue
  ) throws(ONNXProblem) -> [ONNXValue] {
    let (a, b) = (try input(node, 0), try input(node, 1))
    if case .constant = a, case .constant = b { return try known(node) }
    return [try operation(a, b)]
  }

  private func difference(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    if case .constant(let constant) = b, constant.uniformValue == 0, constant.fits(shape(a)) {
      return a
    }
    return try subtract(a, b)
  }

  /// `condition ? x : y`.
  func choice(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let condition = try input(node, 0)
    guard case .variable = condition else { return try constantChoice(node) }
    var branches: [ONNXValue] = []
    for index in 1...2 { branches.append(try variable(input(node, index), beside: condition)) }
    return [try apply(Choose(), [condition] + branches)]
  }

  /// A constant as what a node computes.
  private func variable(
    _ value: ONNXValue, beside condition: ONNXValue
  ) throws(ONNXProblem) -> ONNXValue {
    guard case .constant(let constant) = value else { return value }
    // Zeros that no input changes, even one that is not finite.
    let rank = shape(condition).rank
    let source = try rank == 0 ? reshaped(condition, [1]) : condition
    let nothing = [Int32](repeating: -1, count: 1)
    var zeros = source
    for axis in 0..<shape(source).rank {
      zeros = try apply(Selection(axis: axis, indices: nothing), zeros)
    }
    return try add(reshaped(zeros, []), .constant(constant))
  }
}
