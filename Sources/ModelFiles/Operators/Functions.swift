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

  func unary(
    _ operation: any Networks.Operation, _ node: ONNXNode
  ) throws(ONNXProblem) -> [ONNXValue] {
    [try apply(operation, input(node, 0))]
  }
}
