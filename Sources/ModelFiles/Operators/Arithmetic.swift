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
    case (.variable, .constant(let constant)): return try add(a, constant.mapped { -$0 })
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
      return .constant(
        try combine(x, y, isInteger ? .integer : .float) {
          isInteger ? ($0 / $1).rounded(.towardZero) : $0 / $1
        })
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
    let (x, y) = (a.values.broadcast(to: shape), b.values.broadcast(to: shape))
    return ONNXConstant(
      values: Tensor(shape, zip(x.scalars, y.scalars).map(function)), kind: kind)
  }
}

extension ONNXConstant {
  /// The constant with a function applied to every element.
  func mapped(_ function: (Double) -> Double) -> ONNXConstant {
    ONNXConstant(values: Tensor(shape, values.scalars.map(function)), kind: kind)
  }
}

// MARK: - Translations

extension ONNXImporter {
  func addition(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [try add(input(node, 0), input(node, 1))]
  }

  func subtraction(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [try subtract(input(node, 0), input(node, 1))]
  }

  func multiplication(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [try multiply(input(node, 0), input(node, 1))]
  }

  func division(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [try divide(input(node, 0), input(node, 1))]
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
