import Foundation
import Networks
import Tensors

// Helpers first: they take constants and variables alike, and the other translations use them.
extension ONNXImporter {
  func add(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    switch (a, b) {
    case (.variable, .constant(let constant)): return try add(a, constant)
    case (.constant(let constant), .variable): return try add(b, constant)
    default: return try apply(Add(), [a, b])
    }
  }

  private func add(_ x: ONNXValue, _ constant: ONNXConstant) throws(ONNXProblem) -> ONNXValue {
    try apply(AddConstant(parameter(constant, "addend")), x)
  }

  func subtract(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    switch (a, b) {
    case (.variable, .constant(let constant)):
      return try add(a, constant.mapped { -$0 }.exact(constant.isExact))
    case (.constant(let constant), .variable): return try add(negate(b), constant)
    default: return try apply(Add(isDifference: true), [a, b])
    }
  }

  func negate(_ x: ONNXValue) throws(ONNXProblem) -> ONNXValue { try apply(Negate(), x) }

  /// Adds a number; zero adds no node.
  func shift(_ x: ONNXValue, by number: Double) throws(ONNXProblem) -> ONNXValue {
    number == 0 ? x : try add(x, .constant(.scalar(number)))
  }

  /// Multiplies by a number; one adds no node.
  func scale(_ x: ONNXValue, by number: Double) throws(ONNXProblem) -> ONNXValue {
    number == 1 ? x : try multiply(x, .constant(.scalar(number)))
  }

  func multiply(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    switch (a, b) {
    case (.variable, .constant(let constant)):
      return try apply(MultiplyConstant(parameter(constant, "factor")), a)
    case (.constant(let constant), .variable):
      return try apply(MultiplyConstant(parameter(constant, "factor")), b)
    case (.variable(let x), .variable(let y)) where x == y:
      // A square has tighter bounds than a product of two variables.
      return try apply(Power(exponent: 2), a)
    default: return try apply(Multiply(), [a, b])
    }
  }

  func divide(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    switch (a, b) {
    case (.constant(let x), .constant(let y)):
      try refuseZero(y)
      let isInteger = x.kind == .integer && y.kind == .integer
      try requireExact(x)
      try requireExact(y)
      // A quotient of numbers of the type is rounded once, as runtimes do it.
      let type = isInteger ? x.type : foldingType(x.type)
      var result = try combine(x, y, isInteger ? .integer : .float) {
        isInteger ? ($0 / $1).rounded(.towardZero) : type.rounded($0 / $1)
      }
      result.type = type
      return .constant(result)
    case (.variable, .constant(let constant)):
      try refuseZero(constant)
      return try apply(
        MultiplyConstant(parameter(constant, "divisor"), isQuotient: true), a)
    case (_, .variable):
      let inverse = try apply(Reciprocal(), b)
      if case .constant(let x) = a, x.uniformValue == 1, x.fits(shape(b)) { return inverse }
      return try multiply(a, inverse)
    }
  }

  private func refuseZero(_ divisor: ONNXConstant) throws(ONNXProblem) {
    guard !divisor.values.scalars.contains(0) else { throw ONNXProblem("a division by zero") }
  }

  /// Combines two constants element by element, broadcasting.
  func combine(
    _ a: ONNXConstant, _ b: ONNXConstant, _ kind: ONNXConstant.Kind,
    _ function: (Double, Double) -> Double
  ) throws(ONNXProblem) -> ONNXConstant {
    guard let shape = Shape.broadcast(a.shape, b.shape) else {
      throw ONNXProblem("shape mismatch: \(a.shape) against \(b.shape)")
    }
    _ = try checkedElementCount(shape.dimensions)
    try requireExact(a)
    try requireExact(b)
    // A quotient or a product of floats is rounded; nobody keeps track of which are not.
    if kind == .float { isReadExactly = false }
    let (x, y) = (a.values.broadcast(to: shape), b.values.broadcast(to: shape))
    return ONNXConstant(
      values: Tensor(shape, zip(x.scalars, y.scalars).map(function)), kind: kind)
  }
}

extension ONNXConstant {
  /// The constant with a function applied to every element.
  func mapped(_ function: (Double) -> Double) -> ONNXConstant {
    ONNXConstant(values: Tensor(shape, values.scalars.map(function)), type: type)
  }
}

// MARK: - Translations

extension ONNXImporter {
  /// The two inputs of a node, broadcast as its opset says.
  ///
  /// Before opset 7, operands are of one shape unless attribute `broadcast` is set; then the axes of the second one are
  /// those of the first from attribute `axis` on.
  func aligned(_ node: ONNXNode) throws(ONNXProblem) -> (ONNXValue, ONNXValue) {
    let (a, b) = (try input(node, 0), try input(node, 1))
    guard opset < 7 else { return (a, b) }
    let (left, right) = (shape(a), shape(b))
    guard node.flag("broadcast") else {
      guard left == right else {
        throw ONNXProblem("shape mismatch: \(left) against \(right) without attribute broadcast")
      }
      return (a, b)
    }
    let last = left.rank - right.rank
    let start =
      node.has("axis") ? try axis(node.integer("axis", default: 0), rank: left.rank) : last
    guard start >= 0, start <= last,
      right.dimensions.enumerated().allSatisfy({ $1 == 1 || $1 == left[start + $0] })
    else {
      throw ONNXProblem("shape mismatch: \(left) against \(right) from axis \(start) on")
    }
    let ones = [Int](repeating: 1, count: last - start)
    return (a, try reshaped(b, Shape(right.dimensions + ones)))
  }

  func addition(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (a, b) = try aligned(node)
    return [try add(a, b)]
  }

  func subtraction(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (a, b) = try aligned(node)
    return [try subtract(a, b)]
  }

  func multiplication(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (a, b) = try aligned(node)
    return [try multiply(a, b)]
  }

  func division(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (a, b) = try aligned(node)
    return [try divide(a, b)]
  }

  func negation(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [try negate(input(node, 0))]
  }

  func variadicSum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let all = try inputs(node)
    var sum = all[0]
    for term in all.dropFirst() { sum = try add(sum, term) }
    return [sum]
  }

  func variadicMean(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [try divide(variadicSum(node)[0], .constant(.scalar(Double(node.inputs.count))))]
  }
}
