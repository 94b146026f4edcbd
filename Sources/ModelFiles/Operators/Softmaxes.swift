import Networks
import Tensors

extension ONNXImporter {
  func softmax(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try alongAxis(node) { (x, axis) throws(ONNXProblem) in try apply(Softmax(axis: axis), x) }
  }

  /// The input minus the logarithm of the sum of its exponentials, which is an operation of its own.
  ///
  /// Differences of outputs are then differences of inputs, in every analysis that is linear at the end.
  func logSoftmax(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try alongAxis(node) { (x, axis) throws(ONNXProblem) in
      try subtract(x, apply(LogSumExp(axis: axis), x))
    }
  }

  /// A function along the axis that a node names; before opset 13 all axes from there on are one.
  private func alongAxis(
    _ node: ONNXNode, _ function: (ONNXValue, Int) throws(ONNXProblem) -> ONNXValue
  ) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let shape = shape(x)
    guard opset < 13 else {
      return [try function(x, axis(node.integer("axis", default: -1), rank: shape.rank))]
    }
    let from = try axis(node.integer("axis", default: 1), rank: shape.rank)
    let rows = Shape([
      shape.dimensions[..<from].reduce(1, *), shape.dimensions[from...].reduce(1, *),
    ])
    if shape.dimensions.dropFirst(from + 1).allSatisfy({ $0 == 1 }) {
      return [try function(x, from)]
    }
    return [try reshaped(function(reshaped(x, rows), 1), shape)]
  }

  func hardmax(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try refuseChoice() }
  func argMax(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try refuseChoice() }
  func argMin(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { try refuseChoice() }

  private func refuseChoice() throws(ONNXProblem) -> [ONNXValue] {
    throw ONNXProblem(
      "it gives the place of an extreme, which jumps and has no useful bounds; take the scores before it"
    )
  }
}
