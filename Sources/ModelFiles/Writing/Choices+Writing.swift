import Networks
import Tensors

extension Clip: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let low = lower == -.infinity ? "" : writer.number(lower, step)
    var inputs = [step.inputs[0], low]
    if upper != .infinity { inputs.append(writer.number(upper, step)) }
    writer.add("Clip", inputs, step.output, name: step.name)
  }
}

extension ElementClip: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    var raised = step.inputs[0]
    if let lower {
      let inputs = [raised, writer.initializer(lower)]
      guard upper != nil else {
        return writer.add("Max", inputs, step.output, name: step.name)
      }
      raised = writer.step("Max", inputs, step)
    }
    guard let upper else {
      return writer.add("Identity", [raised], step.output, name: step.name)
    }
    writer.add("Min", [raised, writer.initializer(upper)], step.output, name: step.name)
  }
}

extension ParametricReLU: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add(
      "PRelu", [step.inputs[0], writer.initializer(slope)], step.output, name: step.name)
  }
}

extension Maximum: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add(name, Array(step.inputs.prefix(2)), step.output, name: step.name)
  }
}

extension Choose: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let choice = writer.step("Greater", [step.inputs[0], writer.number(0.5, step)], step)
    writer.add("Where", [choice, step.inputs[1], step.inputs[2]], step.output, name: step.name)
  }
}

extension Step: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let inputs = [step.inputs[0], writer.number(0, step)]
    writer.addCondition(name, inputs, step)
  }
}

extension IsZero: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.addCondition(name, [step.inputs[0], writer.number(0, step)], step)
  }
}

extension ONNXWriter {
  /// Adds a comparison, as numbers 0 and 1.
  fileprivate mutating func addCondition(_ type: String, _ inputs: [String], _ step: ONNXStep) {
    let condition = self.step(type, inputs, step)
    add(
      "Cast", [condition], step.output, name: step.name, [.integer("to", numberType.rawValue)])
  }
}

extension LogSumExp: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add(
      "ReduceLogSumExp", step.inputs, step.output, name: step.name,
      [.integers("axes", [axis]), .integer("keepdims", 1)])
  }
}
