import Networks
import Tensors

extension Linear: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let weight = writer.initializer(weight)
    guard step.inputShapes[0].rank != 2 else {
      let inputs = [step.inputs[0], weight] + (bias.map { [writer.initializer($0)] } ?? [])
      return writer.add("Gemm", inputs, step.output, name: step.name)
    }
    // Gemm takes matrices only.
    guard let bias else {
      return writer.add("MatMul", [step.inputs[0], weight], step.output, name: step.name)
    }
    let product = writer.unique("\(step.name).product")
    writer.add("MatMul", [step.inputs[0], weight], product, name: product)
    writer.add("Add", [product, writer.initializer(bias)], step.output, name: step.name)
  }
}

extension ConvolutionGeometry {
  fileprivate var attributes: [Onnx_AttributeProto] {
    [
      .integers("strides", stride), .integers("pads", padding), .integers("dilations", dilation),
    ]
  }
}

extension Convolution: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let kernel = writer.shape(weight).dropping(2).dimensions
    let inputs =
      [step.inputs[0], writer.initializer(weight)] + (bias.map { [writer.initializer($0)] } ?? [])
    writer.add(
      "Conv", inputs, step.output, name: step.name,
      geometry.attributes
        + [.integers("kernel_shape", kernel), .integer("group", geometry.groups)])
  }
}

extension TransposedConvolution: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let kernel = writer.shape(weight).dropping(2).dimensions
    let inputs =
      [step.inputs[0], writer.initializer(weight)] + (bias.map { [writer.initializer($0)] } ?? [])
    writer.add(
      "ConvTranspose", inputs, step.output, name: step.name,
      geometry.attributes
        + [
          .integers("kernel_shape", kernel), .integer("group", geometry.groups),
          .integers("output_padding", outputPadding),
        ])
  }
}

extension BatchNormalization: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    var inputs = step.inputs
    for id in parameters { inputs.append(writer.initializer(id)) }
    writer.add(
      "BatchNormalization", inputs, step.output, name: step.name, [.float("epsilon", epsilon)])
  }
}

extension PoolingWindow {
  /// The attributes that poolings share.
  fileprivate var attributes: [Onnx_AttributeProto] {
    [
      .integers("kernel_shape", size), .integers("strides", stride), .integers("pads", padding),
    ] + (roundsUp ? [.integer("ceil_mode", 1)] : [])
  }
}

extension MaxPool: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.add(
      "MaxPool", step.inputs, step.output, name: step.name,
      window.attributes + [.integers("dilations", window.dilation)])
  }
}

extension AveragePool: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    guard window.dilation.allSatisfy({ $0 == 1 }) else {
      // Opset 13 has no mean over dilated windows.
      return writer.addSums(self, step)
    }
    writer.add(
      "AveragePool", step.inputs, step.output, name: step.name,
      window.attributes + [.integer("count_include_pad", countsPadding ? 1 : 0)])
  }
}

extension Reduce: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    let keeping = Onnx_AttributeProto.integer("keepdims", keepingAxes ? 1 : 0)
    guard !axes.isEmpty else {
      return writer.add("Identity", step.inputs, step.output, name: step.name)
    }
    guard isMean else {
      let list = writer.integers(axes, named: "\(step.name).axes")
      return writer.add(
        "ReduceSum", [step.inputs[0], list], step.output, name: step.name, [keeping])
    }
    writer.add(
      "ReduceMean", step.inputs, step.output, name: step.name, [.integers("axes", axes), keeping])
  }
}
