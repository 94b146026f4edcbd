import Networks
import Tensors

// Elements of another type.
extension ONNXImporter {
  func cast(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let code = node.integer("to", default: 0)
    guard let type = ElementType(rawValue: code) else {
      let type = Onnx_TensorProto.DataType(rawValue: code) ?? .undefined
      throw ONNXProblem("a cast to \(type) is not supported; \(ElementType.names) are")
    }
    return [try cast(node, to: type)]
  }

  func castLike(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    guard let type = nodeType else {
      throw ONNXProblem("the type of its second input cannot be told")
    }
    return [try cast(node, to: type)]
  }

  private func cast(_ node: ONNXNode, to type: ElementType) throws(ONNXProblem) -> ONNXValue {
    let x = try input(node, 0)
    switch x {
    case .constant(let constant): return .constant(try converted(constant, to: type))
    case .variable:
      let from = types[node.inputs[0]]
      guard from != type else { return x }
      // Whatever is not 0 is true.
      if type == .boolean { return try subtract(.constant(.scalar(1)), apply(IsZero(), x)) }
      // Rounding to fewer bits is no part of what is analysed, but for numbers that come in as doubles.
      guard type == .float || type == .double else {
        throw ONNXProblem("a cast of a variable to \(type) is not supported; float and bool are")
      }
      if from == .double, type == .float { isNarrowed = true }
      return x
    }
  }

  private func converted(
    _ x: ONNXConstant, to type: ElementType
  ) throws(ONNXProblem) -> ONNXConstant {
    if x.type != type { try requireExact(x) }
    var result = x
    result.type = type
    result.name = x.type == type ? x.name : ""
    if type == .boolean { return result.mapped { $0 == 0 ? 0 : 1 } }
    if type.isFloat {
      let rounded = result.mapped(type.rounded(_:))
      guard rounded.values == x.values else {
        isReadExactly = false
        return rounded
      }
      return rounded.exact(x.isExact)
    }
    guard let range = type.integerRange else { return result }
    if x.type.isFloat {
      result = result.mapped { $0.rounded(.towardZero) }
      guard result.values.scalars.allSatisfy(range.contains(_:)) else {
        throw ONNXProblem("a cast of a constant that \(type) does not hold")
      }
      return result
    }
    return try typed(result, as: type)
  }
}

// Floats that integers stand for, each a multiple of a scale.
extension ONNXImporter {
  /// `saturate(round(x / scale) + zero point)`.
  func quantization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard let type = nodeType, let range = type.integerRange, let bits = type.integerBits,
      bits <= 16
    else {
      throw ONNXProblem("it gives \(nodeType.map { "\($0)" } ?? "a type") that is not supported")
    }
    try node.require("precision", 0)
    let steps = try quantizationSteps(node, of: x)
    if case .constant(let constant) = x {
      let quotient = try combine(constant, steps.scale, .float) {
        constant.type.rounded($0 / $1).rounded(.toNearestOrEven)
      }
      var result = try combine(quotient, steps.zero, .integer) {
        min(range.upperBound, max(range.lowerBound, $0 + $1))
      }
      result.type = type
      return [.constant(result)]
    }
    guard let zero = steps.zero.uniformValue else {
      throw ONNXProblem("different zero points for one tensor that depends on the input")
    }
    let quotient = try divide(x, .constant(steps.scale))
    let rounded = try apply(
      RoundedClamp(least: range.lowerBound - zero, largest: range.upperBound - zero), quotient)
    return [try shift(rounded, by: zero)]
  }

  /// `(x - zero point) * scale`.
  func dequantization(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let steps = try quantizationSteps(node, of: x)
    if case .constant(let constant) = x {
      // The difference of small integers is exact, and the product is rounded once, as in every runtime.
      let type = nodeType ?? steps.scale.type
      let difference = try combine(constant, steps.zero, .integer) { $0 - $1 }
      var result = try combine(difference, steps.scale, .float) { type.rounded($0 * $1) }
      result.type = type
      result.name = constant.name
      return [.constant(result)]
    }
    let isShifted = steps.zero.values.scalars.contains { $0 != 0 }
    let difference = isShifted ? try subtract(x, .constant(steps.zero)) : x
    return [try multiply(difference, .constant(steps.scale))]
  }

  /// The scales and zero points of a node, each of a shape that broadcasts to the tensor.
  private func quantizationSteps(
    _ node: ONNXNode, of x: ONNXValue
  ) throws(ONNXProblem) -> (scale: ONNXConstant, zero: ONNXConstant) {
    try node.require("block_size", 0)
    guard let scale = try constant(node, 1, "scale") else { throw ONNXProblem("it has no scale") }
    guard scale.values.scalars.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw ONNXProblem("a scale is not positive")
    }
    let zero = try constant(node, 2, "zero point") ?? .scalar(0)
    let shape = shape(x)
    func spread(_ value: ONNXConstant, _ what: String) throws(ONNXProblem) -> ONNXConstant {
      guard value.shape.count > 1 else { return value.reshaped([]) }
      let axis = try axis(node.integer("axis", default: 1), rank: shape.rank)
      guard value.shape.rank == 1, value.shape[0] == shape[axis] else {
        throw ONNXProblem(
          "its \(what) of shape \(value.shape) does not fit axis \(axis) of \(shape)")
      }
      let ones = [Int](repeating: 1, count: shape.rank - axis - 1)
      return value.reshaped(Shape([value.shape[0]] + ones))
    }
    return (try spread(scale, "scale"), try spread(zero, "zero point"))
  }
}

// Constants of a pattern.
extension ONNXImporter {
  /// Whether elements are no numbers: those of a network are, and what is not a number elsewhere stops every analysis.
  ///
  /// So it must be read elsewhere, which is looked at in the end.
  func isNaN(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    switch try input(node, 0) {
    case .constant(let constant):
      var result = constant.mapped { $0.isNaN ? 1 : 0 }
      result.type = .boolean
      return [.constant(result)]
    case .variable(let id):
      let shape = built.nodes[id].shape
      assumedNumbers[id] = node.place
      return [.constant(ONNXConstant(values: Tensor(repeating: 0, shape), type: .boolean))]
    }
  }

  func identityMatrix(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let shape = shape(try input(node, 0))
    guard shape.rank == 2 else { throw ONNXProblem("input \(shape), expected a matrix") }
    let offset = node.integer("k", default: 0)
    let values = (0..<shape.count).map { $0 % shape[1] - $0 / shape[1] == offset ? 1.0 : 0 }
    return [.constant(ONNXConstant(values: Tensor(shape, values), type: nodeType ?? .float))]
  }
}
