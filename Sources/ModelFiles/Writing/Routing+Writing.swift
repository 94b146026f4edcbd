import Networks
import Tensors

extension TopTokens: ONNXWritable {
  /// Counts for every token the others ahead of it: earlier ones with a score at least as large, later ones with a larger score.
  ///
  /// `TopK` says the same; these comparisons are read back, and do not rest on what a runtime does with equal scores.
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let scores = step.inputs[0]
    let rank = step.outputShape.rank
    let turn = Array(0..<rank - 2) + [rank - 1, rank - 2]
    let others = writer.step("Transpose", [scores], step, [.integers("perm", turn)])
    let number = Onnx_AttributeProto.integer("to", writer.numberType.rawValue)
    func counted(
      _ comparison: String, _ order: Tensor<Double>, _ name: String
    ) -> String {
      let holds = writer.step(comparison, [others, scores], step)
      let ones = writer.step("Cast", [holds], step, [number])
      return writer.step(
        "Mul", [ones, writer.floats(order, named: "\(step.name).\(name)")], step)
    }
    let earlier = counted(
      "GreaterOrEqual", TopTokens.order(tokens) { $1 < $0 }, "earlier")
    let later = counted("Greater", TopTokens.order(tokens) { $1 > $0 }, "later")
    let ahead = writer.step("Add", [earlier, later], step)
    let axes = writer.integers([rank - 1], named: "\(step.name).axes")
    let places = writer.step("ReduceSum", [ahead, axes], step, [.integer("keepdims", 1)])
    let limit = writer.number(Double(kept) - 0.5, step)
    let isKept = writer.step("Less", [places, limit], step)
    writer.add("Cast", [isKept], step.output, name: step.name, [number])
  }

  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { step.outputShape.rank > 2 }
}
