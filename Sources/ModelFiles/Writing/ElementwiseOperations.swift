import Networks
import Tensors

/// An operation whose name is that of an ONNX operator without attributes.
protocol PlainONNXWritable: ONNXWritable {}

extension PlainONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add(name, step.inputs, step.output, name: step.name)
  }
}

extension ReLU: PlainONNXWritable {}
extension Sigmoid: PlainONNXWritable {}
extension Tanh: PlainONNXWritable {}
extension Erf: PlainONNXWritable {}
extension Exponential: PlainONNXWritable {}
extension Logarithm: PlainONNXWritable {}
extension SquareRoot: PlainONNXWritable {}
extension Reciprocal: PlainONNXWritable {}
extension Magnitude: PlainONNXWritable {}
extension Sign: PlainONNXWritable {}
extension Floor: PlainONNXWritable {}
extension Sine: PlainONNXWritable {}
extension Cosine: PlainONNXWritable {}
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
