import Networks
import Tensors

// Convolutions over one to three axes. The network's own go over two: a single axis becomes the width of images of
// height 1, and of three the first is taken apart (`DepthTaps`).

extension ONNXImporter {
  func convolution(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let image = try image(x)
    let (weight, bias) = try kernel(node, rank: shape(x).rank)
    var window = try ONNXWindow(
      node, kernel: weight.shape.dropping(2).dimensions, image: image)
    try window.padAutomatically(node, image: image)
    guard image.count == 3 else {
      let operation = Convolution(
        weight: try planarParameter(weight), bias: bias, geometry: window.geometry)
      return [try planar(x) { (x) throws(ONNXProblem) in try apply(operation, x) }]
    }
    let taps = try DepthTaps(window, depth: image[0])
    // The taps of the first axis count as channels.
    let flat = try regrouped(weight, taps.count, before: false)
    let operation = Convolution(
      weight: try parameter(flat, "weight"), bias: bias, geometry: window.geometry)
    return [try slicewise(operation, x, taps)]
  }

  func transposedConvolution(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let image = try image(x)
    let (weight, bias) = try kernel(node, rank: shape(x).rank)
    var window = try ONNXWindow(
      node, kernel: weight.shape.dropping(2).dimensions, image: image)
    let extra = try window.padTransposed(node, image: image)
    guard image.count == 3 else {
      let operation = TransposedConvolution(
        weight: try planarParameter(weight), bias: bias, geometry: window.geometry,
        outputPadding: extra.count == 1 ? [0, extra[0]] : extra)
      return [try planar(x) { (x) throws(ONNXProblem) in try apply(operation, x) }]
    }
    let taps = try DepthTaps(transposing: window, depth: image[0], extra: extra[0])
    let flat = try regrouped(weight, taps.count, before: true)
    let operation = TransposedConvolution(
      weight: try parameter(flat, "weight"), bias: bias, geometry: window.geometry,
      outputPadding: Array(extra.dropFirst()))
    return [try slicewise(operation, x, taps)]
  }

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

  /// A kernel parameter over two axes.
  private func planarParameter(_ weight: ONNXConstant) throws(ONNXProblem) -> ParameterID {
    guard weight.shape.rank == 3 else { return try parameter(weight, "weight") }
    var wide = weight.reshaped([weight.shape[0], weight.shape[1], 1, weight.shape[2]])
    wide.name = weight.name
    return try parameter(wide, "weight")
  }

  /// Kernels over three axes as kernels over the last two whose input channels are channel and tap of the first.
  ///
  /// - Parameter before: Whether the input channels are the first axis of the kernel; otherwise the second.
  private func regrouped(
    _ weight: ONNXConstant, _ taps: Int, before: Bool
  ) throws(ONNXProblem) -> ONNXConstant {
    let shape = weight.shape
    guard before else {
      return weight.reshaped([shape[0], shape[1] * taps, shape[3], shape[4]])
    }
    let ordered = weight.values.transposed([0, 2, 1, 3, 4])
    return ONNXConstant(
      values: ordered.reshaped([shape[0] * taps, shape[1], shape[3], shape[4]]), kind: weight.kind)
  }

  /// Applies an operation for two image axes to each slice of the first of three, with the slices that it reads side
  /// by side as channels.
  private func slicewise(
    _ operation: any AffineOperation, _ x: ONNXValue, _ taps: DepthTaps
  ) throws(ONNXProblem) -> ONNXValue {
    let input = shape(x)
    let (examples, channels, height, width) = (input[0], input[1], input[3], input[4])
    _ = try checkedElementCount([examples, channels, taps.depth, taps.count, height, width])
    var slices = try selected(x, axis: 2, taps.slices)
    slices = try reshaped(slices, [examples, channels, taps.depth, taps.count, height, width])
    slices = try permuted(slices, [0, 2, 1, 3, 4, 5])
    slices = try reshaped(
      slices, [examples * taps.depth, channels * taps.count, height, width])
    let result = try apply(operation, slices)
    let output = shape(result)
    let images = try reshaped(
      result, [examples, taps.depth, output[1], output[2], output[3]])
    return try permuted(images, [0, 2, 1, 3, 4])
  }
}

/// Which slices of the first image axis each slice of the output reads.
private struct DepthTaps {
  /// The number of slices of the output.
  let depth: Int
  /// The extent of the kernel along the axis.
  let count: Int
  private let input: Int
  private let window: ONNXWindow
  private let isTransposed: Bool

  init(_ window: ONNXWindow, depth input: Int) throws(ONNXProblem) {
    self.window = window
    self.input = input
    let room = input + window.padding[0] + window.padding[3] - window.reach(0)
    depth = room < 0 ? 0 : room / window.stride[0] + 1
    count = window.kernel[0]
    isTransposed = false
    guard depth > 0 else {
      throw ONNXProblem("kernel of extent \(count) is larger than its input of \(input)")
    }
  }

  init(transposing window: ONNXWindow, depth input: Int, extra: Int) throws(ONNXProblem) {
    self.window = window
    self.input = input
    depth =
      (input - 1) * window.stride[0] + window.reach(0) + extra - window.padding[0]
      - window.padding[3]
    count = window.kernel[0]
    isTransposed = true
    guard depth > 0 else { throw ONNXProblem("pads \(window.padding) remove the whole output") }
  }

  /// For each slice of the output the ones it reads, one for each tap of the kernel; -1 for none.
  var slices: [Int32] {
    (0..<depth * count).map { Int32(slice(for: $0 / count, $0 % count) ?? -1) }
  }

  private func slice(for output: Int, _ tap: Int) -> Int? {
    let (stride, offset) = (window.stride[0], window.padding[0] - tap * window.dilation[0])
    if isTransposed {
      // The slice that reaches this one with the tap.
      let reached = output + offset
      return reached >= 0 && reached % stride == 0 && reached / stride < input
        ? reached / stride : nil
    }
    let read = output * stride - offset
    return read >= 0 && read < input ? read : nil
  }
}

extension ONNXWindow {
  /// Sets the padding of a transposed convolution.
  ///
  /// - Returns: What is added to the end of the output, axis by axis.
  fileprivate mutating func padTransposed(
    _ node: ONNXNode, image: [Int]
  ) throws(ONNXProblem) -> [Int] {
    var extra = node.integers("output_padding") ?? Array(repeating: 0, count: image.count)
    guard extra.count == image.count, extra.allSatisfy({ $0 >= 0 && $0 < 1 << 16 }) else {
      throw ONNXProblem("output_padding \(extra) does not fit \(image.count) image axes")
    }
    let mode = node.string("auto_pad", default: "NOTSET")
    let stated = node.integers("output_shape")
    if stated != nil || mode.hasPrefix("SAME") {
      let wanted = stated.map { Array($0.suffix(image.count)) } ?? zip(image, stride).map(*)
      guard wanted.count == image.count else { throw ONNXProblem("output_shape \(wanted)") }
      for axis in image.indices {
        let full = (image[axis] - 1) * stride[axis] + reach(axis) + extra[axis]
        let total = full - wanted[axis]
        guard total >= 0 || stated != nil else {
          throw ONNXProblem(
            "auto_pad \(mode) with strides that no kernel fills is read in two ways; state pads")
        }
        if total < 0 { extra[axis] -= total }
        let (less, more) = (max(0, total) / 2, max(0, total) - max(0, total) / 2)
        padding[axis] = mode == "SAME_UPPER" ? less : more
        padding[image.count + axis] = mode == "SAME_UPPER" ? more : less
      }
    } else if mode == "VALID" {
      padding = padding.map { _ in 0 }
    }
    return extra
  }
}
