import Networks
import Tensors

/// The attributes that convolutions and poolings share, for one or two image axes.
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
    guard axes == 1 || axes == 2 else {
      throw ONNXProblem("\(axes) image axes are not supported; 1 and 2 are")
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

  /// Lengthens the padding at the end so that `ceil_mode` rounds the output size up.
  mutating func roundUp(image: [Int]) {
    for axis in image.indices {
      let padded = image[axis] + padding[axis] + padding[image.count + axis]
      let room = max(0, padded - reach(axis))
      var outputs = (room + stride[axis] - 1) / stride[axis] + 1
      // A window that would start in the padding at the end is left out.
      if (outputs - 1) * stride[axis] >= image[axis] + padding[axis] { outputs -= 1 }
      let needed = (outputs - 1) * stride[axis] + reach(axis) - image[axis] - padding[axis]
      padding[image.count + axis] = max(padding[image.count + axis], needed)
    }
  }

  /// The geometry over two axes; a single one becomes the width.
  var geometry: ConvolutionGeometry {
    guard kernel.count == 1 else {
      return ConvolutionGeometry(
        stride: stride, padding: padding, dilation: dilation, groups: groups)
    }
    return ConvolutionGeometry(
      stride: [1, stride[0]], padding: [0, padding[0], 0, padding[1]], dilation: [1, dilation[0]],
      groups: groups)
  }

  /// The kernel over two axes.
  var planarKernel: [Int] { kernel.count == 1 ? [1, kernel[0]] : kernel }
}

extension ONNXImporter {
  /// Runs a translation for two image axes on an input that may have one.
  private func planar(
    _ x: ONNXValue, _ body: (ONNXValue) throws(ONNXProblem) -> ONNXValue
  ) throws(ONNXProblem) -> ONNXValue {
    let input = shape(x)
    guard input.rank == 3 else { return try body(x) }
    let result = try body(reshaped(x, [input[0], input[1], 1, input[2]]))
    let output = shape(result)
    return try reshaped(result, [output[0], output[1], output[3]])
  }

  /// The image axes of an input, which must have at least one.
  private func image(_ x: ONNXValue) throws(ONNXProblem) -> [Int] {
    let input = shape(x)
    guard input.rank >= 3 else {
      throw ONNXProblem("input \(input), expected a batch of images with channels")
    }
    return Array(input.dimensions.dropFirst(2))
  }

  private func kernel(
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

  /// A kernel parameter over two axes.
  private func planarParameter(_ weight: ONNXConstant) throws(ONNXProblem) -> ParameterID {
    guard weight.shape.rank == 3 else { return try parameter(weight, "weight") }
    var wide = weight.reshaped([weight.shape[0], weight.shape[1], 1, weight.shape[2]])
    wide.name = weight.name
    return try parameter(wide, "weight")
  }

  func convolution(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let image = try image(x)
    let (weight, bias) = try kernel(node, rank: shape(x).rank)
    var window = try ONNXWindow(
      node, kernel: weight.shape.dropping(2).dimensions, image: image)
    try window.padAutomatically(node, image: image)
    let operation = Convolution(
      weight: try planarParameter(weight), bias: bias, geometry: window.geometry)
    return [try planar(x) { (x) throws(ONNXProblem) in try apply(operation, x) }]
  }

  func transposedConvolution(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let image = try image(x)
    let (weight, bias) = try kernel(node, rank: shape(x).rank)
    var window = try ONNXWindow(
      node, kernel: weight.shape.dropping(2).dimensions, image: image)
    var extra = node.integers("output_padding") ?? Array(repeating: 0, count: image.count)
    guard extra.count == image.count, extra.allSatisfy({ $0 >= 0 && $0 < 1 << 16 }) else {
      throw ONNXProblem("output_padding \(extra) does not fit \(image.count) image axes")
    }
    let mode = node.string("auto_pad", default: "NOTSET")
    let stated = node.integers("output_shape")
    if stated != nil || mode.hasPrefix("SAME") {
      let wanted = stated.map { Array($0.suffix(image.count)) } ?? zip(image, window.stride).map(*)
      guard wanted.count == image.count else { throw ONNXProblem("output_shape \(wanted)") }
      for axis in image.indices {
        let full = (image[axis] - 1) * window.stride[axis] + window.reach(axis) + extra[axis]
        let total = full - wanted[axis]
        if total < 0 { extra[axis] -= total }
        let (less, more) = (max(0, total) / 2, max(0, total) - max(0, total) / 2)
        window.padding[axis] = mode == "SAME_UPPER" ? less : more
        window.padding[image.count + axis] = mode == "SAME_UPPER" ? more : less
      }
    } else if mode == "VALID" {
      window.padding = window.padding.map { _ in 0 }
    }
    let operation = TransposedConvolution(
      weight: try planarParameter(weight), bias: bias, geometry: window.geometry,
      outputPadding: extra.count == 1 ? [0, extra[0]] : extra)
    return [try planar(x) { (x) throws(ONNXProblem) in try apply(operation, x) }]
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

  private func pooling(_ node: ONNXNode) throws(ONNXProblem) -> (ONNXValue, PoolingWindow) {
    let x = try input(node, 0)
    let image = try image(x)
    guard let kernel = node.integers("kernel_shape") else {
      throw ONNXProblem("attribute kernel_shape is missing")
    }
    var window = try ONNXWindow(node, kernel: kernel, image: image)
    try window.padAutomatically(node, image: image)
    if node.flag("ceil_mode") {
      if node.flag("count_include_pad") && window.padding.contains(where: { $0 > 0 }) {
        throw ONNXProblem("ceil_mode with count_include_pad and padding is not supported")
      }
      window.roundUp(image: image)
    }
    let size = window.planarKernel
    let plane = window.geometry.outputSize(
      height: image.count == 1 ? 1 : image[0], width: image[image.count - 1],
      kernel: (size[0], size[1]))
    guard elementCount([size[0], size[1], plane.height, plane.width]) != nil else {
      throw ONNXProblem("windows \(kernel) over an image \(image) are too large")
    }
    return (x, PoolingWindow(size: size, geometry: window.geometry))
  }

  func maxPool(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (x, window) = try pooling(node)
    return [try planar(x) { (x) throws(ONNXProblem) in try apply(MaxPool(window), x) }]
  }

  func averagePool(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (x, window) = try pooling(node)
    let operation = AveragePool(window, countsPadding: node.flag("count_include_pad"))
    return [try planar(x) { (x) throws(ONNXProblem) in try apply(operation, x) }]
  }

  func globalMaxPool(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let image = try image(x)
    guard image.count <= 2 else {
      throw ONNXProblem("\(image.count) image axes are not supported; 1 and 2 are")
    }
    let window = PoolingWindow(
      size: image.count == 1 ? [1, image[0]] : image, geometry: ConvolutionGeometry())
    return [try planar(x) { (x) throws(ONNXProblem) in try apply(MaxPool(window), x) }]
  }

  func globalAveragePool(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    _ = try image(x)
    return [
      try apply(Reduce(axes: Array(2..<shape(x).rank), keepingAxes: true, isMean: true), x)
    ]
  }
}
