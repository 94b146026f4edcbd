import Networks

// The types of elements, followed from the inputs and constants through the nodes.
extension ONNXImporter {
  /// The types of a node's outputs, as far as they can be told.
  ///
  /// - Throws: `ONNXProblem` when an input has a type that the operator does not take.
  func outputTypes(_ node: ONNXNode, _ schema: ONNXSchema) throws(ONNXProblem) -> [ElementType?] {
    var bound: [String: ElementType] = [:]
    for (index, name) in node.inputs.enumerated() where !name.isEmpty {
      guard let type = types[name], let port = ONNXSchema.port(index, of: schema.inputs) else {
        continue
      }
      guard schema.letters(port).contains(type.letter) else {
        let known = schema.letters(port).compactMap { ElementType(letter: $0)?.description }
        throw ONNXProblem(
          "input \(port.name) (\(name)) is \(type); \(node.type) of opset \(schema.opset) takes "
            + known.joined(separator: ", "))
      }
      guard schema.isParameter(port.type), !port.isMixed else { continue }
      if let other = bound[port.type], other != type {
        throw ONNXProblem(
          "input \(port.name) (\(name)) is \(type) and another one \(other), expected one type")
      }
      bound[port.type] = type
    }
    try checkIntegers(node)
    return node.outputs.indices.map { index in
      guard let port = ONNXSchema.port(index, of: schema.outputs) else { return nil }
      if let type = bound[port.type] { return type }
      let letters = schema.letters(port)
      if letters.count == 1, let letter = letters.first { return ElementType(letter: letter) }
      return statedType(node)
    }
  }

  /// The type that a node states itself.
  private func statedType(_ node: ONNXNode) -> ElementType? {
    func attribute(_ name: String) -> ElementType? {
      node.has(name) ? ElementType(rawValue: node.integer(name, default: 0)) : nil
    }
    switch node.type {
    case "Cast": return attribute("to")
    case "CastLike": return node.inputs.count > 1 ? types[node.inputs[1]] : nil
    case "EyeLike": return attribute("dtype") ?? node.inputs.first.flatMap { types[$0] }
    case "QuantizeLinear": return attribute("output_dtype") ?? .uint8
    case "DequantizeLinear":
      return attribute("output_dtype") ?? (node.inputs.count > 1 ? types[node.inputs[1]] : nil)
    default: return nil
    }
  }

  /// What may read integers that depend on the input: it moves them or makes floats of them.
  private static let integerReaders: Set<String> = [
    "DequantizeLinear", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Slice",
    "Gather", "Concat", "Split", "Identity", "MaxPool", "Cast", "Shape", "Size",
  ]

  /// Refuses arithmetic on integers that depend on the input, which wraps and truncates.
  private func checkIntegers(_ node: ONNXNode) throws(ONNXProblem) {
    guard !Self.integerReaders.contains(node.type) else { return }
    for name in node.inputs {
      guard case .variable? = values[name], let type = types[name], type.isInteger else { continue }
      throw ONNXProblem(
        "its input \(name) is \(type) and depends on the input; arithmetic on such integers is not "
          + "supported")
    }
  }

  /// A computed constant as a tensor of its type: integers wrap, floats are rounded.
  ///
  /// - Throws: `ONNXProblem` where integers were too large to be computed exactly.
  func typed(_ constant: ONNXConstant, as type: ElementType?) throws(ONNXProblem) -> ONNXConstant {
    guard let type else { return constant }
    var result = constant
    result.type = type
    guard let bits = type.integerBits, let range = type.integerRange else {
      if type.isFloat, type != .double {
        let isRounded = constant.values.withElements { $0.allSatisfy { type.rounded($0) == $0 } }
        if !isRounded {
          result = result.mapped(type.rounded(_:))
          isReadExactly = false
        }
      }
      return result
    }
    let isInside = constant.values.withElements { $0.allSatisfy(range.contains(_:)) }
    if isInside || constant.values.count == 0 { return result }
    // Where ONNX writes "to the end", the nearest number stands for the largest.
    guard bits < 64 else {
      guard constant.values.withElements({ $0.allSatisfy { range.contains($0) || !$0.isFinite } })
      else { throw ONNXProblem("a constant is out of the range of \(type), where numbers wrap") }
      return result
    }
    let span = Double(sign: .plus, exponent: bits, significand: 1)
    guard constant.values.withElements({ $0.allSatisfy { abs($0) <= 0x1p53 } }) else {
      throw ONNXProblem("a constant of type \(type) is too large to be computed exactly")
    }
    return result.mapped { value in
      let rest = value - (value / span).rounded(.down) * span
      return rest > range.upperBound ? rest - span : rest
    }
  }
}
