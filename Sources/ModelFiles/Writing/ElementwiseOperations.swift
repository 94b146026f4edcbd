import Networks
import Tensors

/// An operation whose name is that of an ONNX operator without attributes.
protocol PlainONNXWritable: ONNXWritable {}

extension PlainONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add(name, step.inputs, step.output, name: step.name)
  }
}

/// A function of one element that is an ONNX operator without attributes.
private struct PlainFunction: PlainONNXWritable {
  let name: String
}

/// How an operation is written, if there is a way.
func onnxForm(of operation: any Networks.Operation) -> (any ONNXWritable)? {
  if let own = operation as? any ONNXWritable { return own }
  let isPlain = ONNXImporter.plainFunctions.contains { type(of: $0) == type(of: operation) }
  return isPlain ? PlainFunction(name: operation.name) : nil
}

extension Negate: PlainONNXWritable {}
extension Multiply: PlainONNXWritable {}
extension MatrixProduct: PlainONNXWritable {}
// Its name is `Add` or `Sub`.
extension Add: PlainONNXWritable {}

extension LeakyReLU: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add(
      "LeakyRelu", step.inputs, step.output, name: step.name, [.float("alpha", slope)])
  }
}

extension Power: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let exponent = writer.floats(Tensor([], [exponent]), named: "\(step.name).exponent")
    writer.add("Pow", [step.inputs[0], exponent], step.output, name: step.name)
  }
}

extension Softmax: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add("Softmax", step.inputs, step.output, name: step.name, [.integer("axis", axis)])
  }
}

extension AddConstant: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let constant = writer.initializer(constant)
    writer.add("Add", [step.inputs[0], constant], step.output, name: step.name)
  }
}

extension MultiplyConstant: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let constant = writer.initializer(constant)
    writer.add(
      isQuotient ? "Div" : "Mul", [step.inputs[0], constant], step.output, name: step.name)
  }
}

extension RoundedClamp: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    guard largest - least == 255, least <= 0, largest >= 0 else {
      return writeRoundAndClip(step, to: &writer)
    }
    let scale = writer.floats(Tensor([], [1]), named: "\(step.name).scale")
    let zero = writer.byte(Int(-least), named: "\(step.name).zero")
    let steps = writer.unique("\(step.name)/integers")
    writer.add("QuantizeLinear", [step.inputs[0], scale, zero], steps, name: steps)
    writer.add("DequantizeLinear", [steps, scale, zero], step.output, name: step.name)
  }

  private func writeRoundAndClip(_ step: ONNXStep, to writer: inout ONNXWriter) {
    let least = writer.floats(Tensor([], [least]), named: "\(step.name).least")
    let largest = writer.floats(Tensor([], [largest]), named: "\(step.name).largest")
    let rounded = writer.unique("\(step.name)/rounded")
    writer.add("Round", step.inputs, rounded, name: rounded)
    writer.add("Clip", [rounded, least, largest], step.output, name: step.name)
  }
}

extension Constant: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add("Identity", [writer.initializer(value)], step.output, name: step.name)
  }
}
