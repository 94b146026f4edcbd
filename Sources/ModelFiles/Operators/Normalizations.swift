import Networks
import Tensors

// Normalisations by what the input itself has, made of the operations that exist: the mean and the distances from it are
// affine, so that bounds see them as one.
extension ONNXImporter {
  func layerNormalization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let from = try axis(node.integer("axis", default: -1), rank: shape(x).rank)
    let parts = try standardized(
      x, axes: Array(from..<shape(x).rank),
      epsilon: node.float("epsilon", default: Double(Float(1e-5))))
    let result = try scaledAndShifted(
      parts.value, input(node, 1), optional(node, 2), like: shape(x))
    return [result, parts.mean, parts.inverse]
  }

  func rootMeanSquareNormalization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let from = try axis(node.integer("axis", default: -1), rank: shape(x).rank)
    let mean = try average(apply(Power(exponent: 2), x), over: Array(from..<shape(x).rank))
    let inverse = try inverseRoot(mean, node.float("epsilon", default: Double(Float(1e-5))))
    return [
      try scaledAndShifted(multiply(x, inverse), input(node, 1), nil, like: shape(x))
    ]
  }

  func instanceNormalization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let shape = shape(x)
    guard shape.rank >= 3 else {
      throw ONNXProblem("input \(shape), expected a batch of images with channels")
    }
    let parts = try standardized(
      x, axes: Array(2..<shape.rank), epsilon: node.float("epsilon", default: Double(Float(1e-5))))
    return [try scaledByChannel(parts.value, node, shape)]
  }

  func groupNormalization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let shape = shape(x)
    let groups = node.integer("num_groups", default: 0)
    guard shape.rank >= 2, groups > 0, shape[1] % groups == 0 else {
      throw ONNXProblem("\(groups) groups do not divide the channels of input \(shape)")
    }
    let grouped: Shape = [shape[0], groups, shape.count / max(1, shape[0] * groups)]
    let parts = try standardized(
      reshaped(x, grouped), axes: [2], epsilon: node.float("epsilon", default: Double(Float(1e-5))))
    // Before opset 21 there is one scale for each group.
    guard opset < 21 else {
      return [try scaledByChannel(reshaped(parts.value, shape), node, shape)]
    }
    return [try reshaped(scaledByChannel(parts.value, node, grouped), shape)]
  }

  func meanVarianceNormalization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    var axes: [Int] = []
    for stated in node.integers("axes") ?? [0, 2, 3] {
      axes.append(try axis(stated, rank: shape(x).rank))
    }
    let distance = try subtract(x, average(x, over: axes))
    let deviation = try apply(
      SquareRoot(), average(apply(Power(exponent: 2), distance), over: axes))
    return [try divide(distance, shift(deviation, by: 1e-9))]
  }

  func lpNormalization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let axis = try axis(node.integer("axis", default: -1), rank: shape(x).rank)
    let order = node.integer("p", default: 2)
    guard order == 1 || order == 2 else {
      throw ONNXProblem("attribute p is \(order); 1 and 2 are supported")
    }
    let sizes: any Networks.Operation = order == 1 ? Magnitude() : Power(exponent: 2)
    let sum = try apply(
      Reduce(axes: [axis], keepingAxes: true, isMean: false), apply(sizes, x))
    let norm = try order == 1 ? sum : apply(SquareRoot(), sum)
    // Where the norm is 0 all elements are, and so is the result.
    return [try divide(x, maximum(norm, .constant(.scalar(0x1p-126))))]
  }

  // MARK: Parts

  private func average(_ x: ONNXValue, over axes: [Int]) throws(ONNXProblem) -> ONNXValue {
    try apply(Reduce(axes: axes, keepingAxes: true, isMean: true), x)
  }

  /// `1 / sqrt(x + epsilon)`, as one operation, whose lines are tighter than those of two.
  private func inverseRoot(_ x: ONNXValue, _ epsilon: Double) throws(ONNXProblem) -> ONNXValue {
    try apply(Power(exponent: -0.5), shift(x, by: epsilon))
  }

  /// The input less its mean over axes, divided by its deviation; the mean, and what is multiplied by.
  private func standardized(
    _ x: ONNXValue, axes: [Int], epsilon: Double
  ) throws(ONNXProblem) -> (value: ONNXValue, mean: ONNXValue, inverse: ONNXValue) {
    let mean = try average(x, over: axes)
    let distance = try subtract(x, mean)
    let inverse = try inverseRoot(
      average(apply(Power(exponent: 2), distance), over: axes), epsilon)
    return (try multiply(distance, inverse), mean, inverse)
  }

  private func scaledAndShifted(
    _ x: ONNXValue, _ scale: ONNXValue, _ bias: ONNXValue?, like target: Shape
  ) throws(ONNXProblem) -> ONNXValue {
    let scaled = try multiply(x, scale)
    let result = try bias.map { (bias) throws(ONNXProblem) in try add(scaled, bias) } ?? scaled
    guard shape(result) == target else {
      throw ONNXProblem("a scale of shape \(shape(scale)) does not fit input \(target)")
    }
    return result
  }

  /// The second input times and the third added, one number for each entry of axis 1.
  private func scaledByChannel(
    _ x: ONNXValue, _ node: ONNXNode, _ shape: Shape
  ) throws(ONNXProblem) -> ONNXValue {
    var parts: [ONNXValue] = []
    for index in 1...2 {
      let value = try input(node, index)
      guard self.shape(value) == [shape[1]] else {
        throw ONNXProblem("input \(index) has shape \(self.shape(value)), expected \(shape[1])")
      }
      let ones = [Int](repeating: 1, count: shape.rank - 2)
      parts.append(try reshaped(value, Shape([shape[1]] + ones)))
    }
    return try add(multiply(x, parts[0]), parts[1])
  }
}
