import Networks
import Tensors

extension ONNXImporter {
  private func pooling(_ node: ONNXNode) throws(ONNXProblem) -> (ONNXValue, PoolingWindow) {
    let x = try input(node, 0)
    let image = try image(x)
    guard let kernel = node.integers("kernel_shape") else {
      throw ONNXProblem("attribute kernel_shape is missing")
    }
    var window = try ONNXWindow(node, kernel: kernel, image: image)
    let mode = node.string("auto_pad", default: "NOTSET")
    // ONNX Runtime leaves the dilation out of the padding, which the standard does not, and begins windows behind
    // the first pixels where they leave pixels out at the end.
    let leavesOut = image.indices.contains { axis in
      (image[axis] - 1) / window.stride[axis] * window.stride[axis] + window.reach(axis)
        < image[axis]
    }
    guard !mode.hasPrefix("SAME") || window.dilation.allSatisfy({ $0 == 1 }) && !leavesOut else {
      throw ONNXProblem(
        "auto_pad \(mode) with dilations or pixels that no window sees is read in two ways; state pads"
      )
    }
    try window.padAutomatically(node, image: image)
    let result = PoolingWindow(
      size: window.kernel, stride: window.stride, padding: window.padding,
      dilation: window.dilation, roundsUp: node.flag("ceil_mode"))
    guard elementCount(window.kernel + result.outputExtents(image)) != nil else {
      throw ONNXProblem("windows \(kernel) over an image \(image) are too large")
    }
    return (x, result)
  }

  func maxPool(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (x, window) = try pooling(node)
    guard node.outputs.dropFirst().allSatisfy({ $0.isEmpty || $0 != graph.outputName }) else {
      throw ONNXProblem("its output of indices is not supported")
    }
    return [try apply(MaxPool(window), x)]
  }

  func averagePool(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (x, window) = try pooling(node)
    return [try apply(AveragePool(window, countsPadding: node.flag("count_include_pad")), x)]
  }

  func globalMaxPool(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    return [try apply(MaxPool(PoolingWindow(size: try image(x))), x)]
  }

  func globalAveragePool(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    _ = try image(x)
    return [
      try apply(Reduce(axes: Array(2..<shape(x).rank), keepingAxes: true, isMean: true), x)
    ]
  }
}
