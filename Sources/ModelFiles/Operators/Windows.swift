import Networks
import Tensors

/// The attributes that convolutions and poolings share, for one to three image axes.
struct ONNXWindow {
  var kernel: [Int]
  var stride: [Int]
  var dilation: [Int]
  /// Before and after, axis by axis: ONNX order, all that come before first.
  var padding: [Int]
  var groups: Int

  /// Reads the attributes of a node that works on the last axes of an input.
  ///
  /// - Parameter kernel: The extents of the window.
  init(_ node: ONNXNode, kernel: [Int], image: [Int]) throws(ONNXProblem) {
    let axes = image.count
    guard (1...3).contains(axes) else {
      throw ONNXProblem("\(axes) image axes are not supported; 1 to 3 are")
    }
    self.kernel = kernel
    stride = node.integers("strides") ?? Array(repeating: 1, count: axes)
    dilation = node.integers("dilations") ?? Array(repeating: 1, count: axes)
    padding = node.integers("pads") ?? Array(repeating: 0, count: 2 * axes)
    groups = node.integer("group", default: 1)
    let limit = 1 << 16
    func fits(_ values: [Int], _ count: Int, from least: Int) -> Bool {
      values.count == count && values.allSatisfy { $0 >= least && $0 <= limit }
    }
    guard fits(kernel, axes, from: 1), fits(stride, axes, from: 1), fits(dilation, axes, from: 1),
      fits(padding, 2 * axes, from: 0), groups >= 1, groups <= limit
    else {
      throw ONNXProblem(
        "kernel \(kernel), strides \(stride), dilations \(dilation), pads \(padding), group \(groups) "
          + "do not fit \(axes) image axes")
    }
  }

  /// How far a window reaches along an axis.
  func reach(_ axis: Int) -> Int { dilation[axis] * (kernel[axis] - 1) + 1 }

  /// Sets the padding that `auto_pad` asks for.
  mutating func padAutomatically(_ node: ONNXNode, image: [Int]) throws(ONNXProblem) {
    switch node.string("auto_pad", default: "NOTSET") {
    case "NOTSET", "": return
    case "VALID": padding = Array(repeating: 0, count: padding.count)
    case let mode where mode == "SAME_UPPER" || mode == "SAME_LOWER":
      for axis in image.indices {
        let outputs = (image[axis] + stride[axis] - 1) / stride[axis]
        let total = max(0, (outputs - 1) * stride[axis] + reach(axis) - image[axis])
        let (less, more) = (total / 2, total - total / 2)
        padding[axis] = mode == "SAME_UPPER" ? less : more
        padding[image.count + axis] = mode == "SAME_UPPER" ? more : less
      }
    case let mode: throw ONNXProblem("auto_pad \(mode) is not known")
    }
  }

  /// The geometry over the last two axes; a single one becomes the width.
  var geometry: ConvolutionGeometry {
    let axes = kernel.count
    func last(_ values: [Int], _ missing: Int) -> [Int] {
      axes == 1 ? [missing, values[0]] : Array(values.suffix(2))
    }
    return ConvolutionGeometry(
      stride: last(stride, 1),
      padding: last(Array(padding[..<axes]), 0) + last(Array(padding[axes...]), 0),
      dilation: last(dilation, 1), groups: groups)
  }
}

extension ONNXImporter {
  /// The image axes of an input, which must have at least one.
  func image(_ x: ONNXValue) throws(ONNXProblem) -> [Int] {
    let input = shape(x)
    guard input.rank >= 3 else {
      throw ONNXProblem("input \(input), expected a batch of images with channels")
    }
    return Array(input.dimensions.dropFirst(2))
  }

  func kernel(
    _ node: ONNXNode, rank: Int
  ) throws(ONNXProblem) -> (ONNXConstant, bias: ParameterID?) {
    guard let weight = try constant(node, 1, "kernel") else {
      throw ONNXProblem("it has no kernel")
    }
    guard weight.shape.rank == rank else {
      throw ONNXProblem("shape mismatch: kernel \(weight.shape) for an input of \(rank) axes")
    }
    if let stated = node.integers("kernel_shape"), stated != weight.shape.dropping(2).dimensions {
      throw ONNXProblem("kernel_shape \(stated) does not match the kernel \(weight.shape)")
    }
    let bias = try constant(node, 2, "bias").map { (bias) throws(ONNXProblem) in
      try parameter(bias, "bias")
    }
    return (weight, bias)
  }

  func batchNormalization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    try node.require("training_mode", 0)
    try node.require("spatial", 1)
    var statistics: [ParameterID] = []
    for (index, role) in ["scale", "bias", "mean", "variance"].enumerated() {
      guard let value = try constant(node, index + 1, role) else {
        throw ONNXProblem("it has no \(role)")
      }
      statistics.append(try parameter(value, role))
      if role == "variance", !value.values.scalars.allSatisfy({ $0 >= 0 }) {
        throw ONNXProblem("a variance is negative")
      }
    }
    let epsilon = node.float("epsilon", default: Double(Float(1e-5)))
    guard epsilon > 0 else { throw ONNXProblem("epsilon \(epsilon) is not positive") }
    return [
      try apply(
        BatchNormalization(
          scale: statistics[0], bias: statistics[1], mean: statistics[2], variance: statistics[3],
          epsilon: epsilon, rank: shape(x).rank), x)
    ]
  }
}
