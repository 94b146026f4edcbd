import Networks
import Tensors

// Steps of transformers, as the plain operators that they stand for.

extension Embedding: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    guard step.inputs[0] == writer.tokenInput else {
      throw ONNXProblem("an embedding of what is no input has no ONNX form")
    }
    writer.add(
      "Gather", [writer.initializer(table), step.inputs[0]], step.output, name: step.name,
      [.integer("axis", 0)])
  }

  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { true }
}

extension RotaryPositions: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let width = step.outputShape[-1]
    let places = writer.integers(swapped(width: width), named: "\(step.name).swapped")
    let axis = step.outputShape.rank - 1
    let other = writer.step("Gather", [step.inputs[0], places], step, [.integer("axis", axis)])
    let kept = writer.step("Mul", [step.inputs[0], writer.initializer(cosines)], step)
    let turned = writer.step("Mul", [other, writer.initializer(sines)], step)
    writer.add("Add", [kept, turned], step.output, name: step.name)
  }

  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    step.outputShape.rank > 2
  }
}

extension Attention: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let shape = step.outputShape.dimensions
    let (tokens, width) = (shape[shape.count - 2], shape[shape.count - 1])
    // The first axis is taken over where it is that of the batch.
    let lead = step.isBatched ? [0] + shape.dropFirst().dropLast(2) : Array(shape.dropLast(2))
    let inHeads = writer.integers(
      lead + [tokens, form.heads, width / form.heads], named: "\(step.name).heads")
    let flat = writer.integers(lead + [tokens, width], named: "\(step.name).tokens")
    let count = lead.count
    let axes = Array(0..<count)
    let byHead = axes + [count + 1, count, count + 2]
    let turned = axes + [count + 1, count + 2, count]
    func part(_ input: Int, _ permutation: [Int]) -> String {
      let parts = writer.step("Reshape", [step.inputs[input], inHeads], step)
      return writer.step("Transpose", [parts], step, [.integers("perm", permutation)])
    }
    var logits: String
    switch form.logits {
    case .products:
      let products = writer.step("MatMul", [part(0, byHead), part(1, turned)], step)
      logits = writer.step("Mul", [products, writer.number(form.scale, step)], step)
    case .distances:
      let ends = [[tokens, 1], [1, tokens]].enumerated().map { input, extents in
        let spread = writer.integers(
          lead + [form.heads] + extents + [width / form.heads], named: "\(step.name).spread")
        return writer.step("Reshape", [part(input, byHead), spread], step)
      }
      let differences = writer.step("Sub", ends, step)
      let squares = writer.step("Pow", [differences, writer.number(2, step)], step)
      let axis = writer.integers([count + 3], named: "\(step.name).axes")
      let sums = writer.step("ReduceSum", [squares, axis], step, [.integer("keepdims", 0)])
      logits = writer.step("Mul", [sums, writer.number(-form.scale, step)], step)
    }
    if let mask = form.mask(tokens: tokens) {
      logits = writer.step("Add", [logits, writer.floats(mask, named: "causal mask")], step)
    }
    let weights = writer.step("Softmax", [logits], step, [.integer("axis", count + 2)])
    let mixed = writer.step("MatMul", [weights, part(2, byHead)], step)
    let back = writer.step("Transpose", [mixed], step, [.integers("perm", byHead)])
    writer.add("Reshape", [back, flat], step.output, name: step.name)
  }

  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    step.outputShape.rank > 2
  }
}
