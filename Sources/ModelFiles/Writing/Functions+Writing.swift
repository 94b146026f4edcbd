import Networks
import Tensors

// Functions of one element, as operators of opset 13 or what they are made of there.

extension ONNXWriter {
  /// Adds a node on the way to an operation's output, and returns the name of what it computes.
  mutating func step(
    _ type: String, _ inputs: [String], _ step: ONNXStep,
    _ attributes: [Onnx_AttributeProto] = []
  ) -> String {
    let name = unique("\(step.name).\(type)")
    add(type, inputs, name, name: name, attributes)
    return name
  }

  /// A new initializer of one number.
  mutating func number(_ value: Double, _ step: ONNXStep) -> String {
    floats(Tensor([], [value]), named: "\(step.name).number")
  }
}

extension Softplus: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let x = step.inputs[0]
    var scaled = x
    let factor = sharpness == 1 ? nil : writer.number(sharpness, step)
    if let factor { scaled = writer.step("Mul", [x, factor], step) }
    let isPlain = factor == nil && threshold == .infinity
    guard !isPlain else {
      return writer.add("Softplus", [x], step.output, name: step.name)
    }
    var smooth = writer.step("Softplus", [scaled], step)
    if let factor { smooth = writer.step("Div", [smooth, factor], step) }
    guard threshold.isFinite else {
      return writer.add("Identity", [smooth], step.output, name: step.name)
    }
    let isAbove = writer.step("Greater", [scaled, writer.number(threshold, step)], step)
    writer.add("Where", [isAbove, x, smooth], step.output, name: step.name)
  }
}

extension Elu: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    if width == 1 && scale == 1 {
      return writer.add("Elu", step.inputs, step.output, name: step.name, [.float("alpha", alpha)])
    }
    if width == 1 {
      return writer.add(
        "Selu", step.inputs, step.output, name: step.name,
        [.float("alpha", alpha), .float("gamma", scale)])
    }
    guard width == alpha && scale == 1 else {
      throw ONNXProblem("an exponential linear unit stretched by \(width) has no ONNX form")
    }
    writer.add("Celu", step.inputs, step.output, name: step.name, [.float("alpha", alpha)])
  }
}

extension GatedLinear: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let x = step.inputs[0]
    let scaled =
      sharpness == 1 ? x : writer.step("Mul", [x, writer.number(sharpness, step)], step)
    let gate = writer.step("Sigmoid", [scaled], step)
    writer.add("Mul", [x, gate], step.output, name: step.name)
  }
}

extension Gelu: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let x = step.inputs[0]
    let bounded: String
    if isApproximate {
      let square = writer.step("Mul", [x, x], step)
      let cube = writer.step("Mul", [square, x], step)
      let small = writer.step("Mul", [cube, writer.number(0.044715, step)], step)
      let sum = writer.step("Add", [x, small], step)
      let factor = writer.number((2 / Double.pi).squareRoot(), step)
      bounded = writer.step("Tanh", [writer.step("Mul", [sum, factor], step)], step)
    } else {
      let scaled = writer.step("Mul", [x, writer.number(sharpness, step)], step)
      bounded = writer.step("Erf", [scaled], step)
    }
    let share = writer.step("Add", [bounded, writer.number(1, step)], step)
    let product = writer.step("Mul", [x, share], step)
    writer.add("Mul", [product, writer.number(0.5, step)], step.output, name: step.name)
  }
}

extension Mish: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let gate = writer.step("Tanh", [writer.step("Softplus", step.inputs, step)], step)
    writer.add("Mul", [step.inputs[0], gate], step.output, name: step.name)
  }
}

extension HardSwish: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let gate = writer.step(
      "HardSigmoid", step.inputs, step, [.float("alpha", 1 / 6), .float("beta", 0.5)])
    writer.add("Mul", [step.inputs[0], gate], step.output, name: step.name)
  }
}

extension Shrink: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    guard keepsPositiveOnly else {
      return writer.add(
        "Shrink", step.inputs, step.output, name: step.name,
        [.float("lambd", threshold), .float("bias", bias)])
    }
    guard bias == 0 else {
      throw ONNXProblem("a thresholded ReLU with bias \(bias) has no ONNX form")
    }
    writer.add(
      "ThresholdedRelu", step.inputs, step.output, name: step.name, [.float("alpha", threshold)])
  }
}

extension Remainder: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let inputs = [step.inputs[0], writer.number(divisor, step)]
    guard !roundsDown else {
      // `Mod` of floats that rounds down came with opset 28; its definition serves everywhere.
      let floor = writer.step("Floor", [writer.step("Div", inputs, step)], step)
      let whole = writer.step("Mul", [floor, inputs[1]], step)
      return writer.add("Sub", [inputs[0], whole], step.output, name: step.name)
    }
    writer.add("Mod", inputs, step.output, name: step.name, [.integer("fmod", 1)])
  }
}
