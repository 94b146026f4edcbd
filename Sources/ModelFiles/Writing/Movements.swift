import Networks
import Tensors

extension Reshape: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    if step.isBatched, shape.rank == 2 {
      // Its output shape can be inferred for any batch, which that of Reshape cannot.
      return writer.add(
        "Flatten", [step.inputs[0]], step.output, name: step.name, [.integer("axis", 1)])
    }
    var extents = shape.dimensions
    if step.isBatched { extents[0] = -1 }
    let target = writer.integers(extents, named: "\(step.name).shape")
    writer.add("Reshape", [step.inputs[0], target], step.output, name: step.name)
  }
}

extension Transpose: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add(
      "Transpose", step.inputs, step.output, name: step.name, [.integers("perm", permutation)])
  }
}

extension Concatenate: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add("Concat", step.inputs, step.output, name: step.name, [.integer("axis", axis)])
  }
}

extension Selection: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let shape = step.inputShapes[0]
    var source = step.inputs[0]
    if indices.contains(-1) {
      // One zero behind the axis is what the entries -1 then pick.
      var pads = [Int](repeating: 0, count: 2 * shape.rank)
      pads[shape.rank + axis] = 1
      let padded = writer.unique("\(step.name).padded")
      let amounts = writer.integers(pads, named: "\(step.name).pads")
      writer.add("Pad", [source, amounts], padded, name: padded)
      source = padded
    }
    let picked = writer.integers(
      indices.map { $0 < 0 ? shape[axis] : Int($0) }, named: "\(step.name).indices")
    writer.add(
      "Gather", [source, picked], step.output, name: step.name, [.integer("axis", axis)])
  }
}
