import Foundation
import Networks
import Tensors

extension ONNXImporter {
  func relu(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try unary(ReLU(), node) }
  func sigmoid(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try unary(Sigmoid(), node) }
  func tanh(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try unary(Tanh(), node) }
  func erf(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try unary(Erf(), node) }
  func exponential(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(Exponential(), node)
  }
  func logarithm(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(Logarithm(), node)
  }
  func squareRoot(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(SquareRoot(), node)
  }
  func reciprocal(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(Reciprocal(), node)
  }
  func magnitude(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(Magnitude(), node)
  }
  func sign(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try unary(Sign(), node) }
  func floor(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try unary(Floor(), node) }
  func sine(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try unary(Sine(), node) }
  func cosine(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try unary(Cosine(), node) }

  private func unary(
    _ operation: any Networks.Operation, _ node: ONNXNode
  ) throws(ONNXProblem) -> [ONNXValue] {
    [try apply(operation, input(node, 0))]
  }

  func leakyReLU(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(LeakyReLU(slope: node.float("alpha", default: 0.01)), node)
  }

  func parametricReLU(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard let slope = try constant(node, 1, "slope") else { throw ONNXProblem("it has no slope") }
    if let slope = slope.uniformValue { return [try apply(LeakyReLU(slope: slope), x)] }
    let positive = try apply(ReLU(), x)
    let negative = try subtract(x, positive)
    return [try add(positive, multiply(negative, .constant(slope)))]
  }

  /// `alpha * (exp(x) - 1)` where negative.
  func elu(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let negative = try negate(apply(ReLU(), negate(x)))
    let tail = try scale(
      shift(apply(Exponential(), negative), by: -1), by: node.float("alpha", default: 1))
    return [try add(apply(ReLU(), x), tail)]
  }

  func hardSigmoid(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let alpha = node.float("alpha", default: Double(Float(0.2)))
    return [try hardSigmoid(input(node, 0), alpha, node.float("beta", default: 0.5))]
  }

  private func hardSigmoid(
    _ x: ONNXValue, _ alpha: Double, _ beta: Double
  ) throws(ONNXProblem) -> ONNXValue {
    let line = try shift(scale(x, by: alpha), by: beta)
    return try minimum(apply(ReLU(), line), .constant(.scalar(1)))
  }

  func hardSwish(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    return [try multiply(x, hardSigmoid(x, 1 / 6, 0.5))]
  }

  func gelu(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let half = try scale(x, by: 0.5)
    guard node.string("approximate", default: "none") == "tanh" else {
      let erf = try apply(Erf(), scale(x, by: 0.5.squareRoot()))
      return [try multiply(half, shift(erf, by: 1))]
    }
    let cubic = try scale(apply(Power(exponent: 3), x), by: 0.044715)
    let inner = try scale(add(x, cubic), by: (2 / Double.pi).squareRoot())
    return [try multiply(half, shift(apply(Tanh(), inner), by: 1))]
  }

  /// `log(1 + exp(x))`, written so that large inputs do not overflow.
  func softplus(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let decay = try apply(Exponential(), negate(apply(Magnitude(), x)))
    return [try add(apply(ReLU(), x), apply(Logarithm(), shift(decay, by: 1)))]
  }

  func softmax(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let shape = shape(x)
    guard opset < 13 else {
      return [
        try apply(Softmax(axis: axis(node.integer("axis", default: -1), rank: shape.rank)), x)
      ]
    }
    // Before opset 13 all axes from `axis` on are one.
    let from = try axis(node.integer("axis", default: 1), rank: shape.rank)
    let rows = Shape([
      shape.dimensions[..<from].reduce(1, *), shape.dimensions[from...].reduce(1, *),
    ])
    if shape.dimensions.dropFirst(from + 1).allSatisfy({ $0 == 1 }) {
      return [try apply(Softmax(axis: from), x)]
    }
    return [try reshaped(apply(Softmax(axis: 1), reshaped(x, rows)), shape)]
  }

  func logSoftmax(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [try apply(Logarithm(), softmax(node)[0])]
  }
}
