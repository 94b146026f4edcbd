import Networks
import Tensors

// Minus infinity in front of a softmax leaves an element out, which is how attention is kept from looking ahead. The
// network never holds the infinity: the importer knows at which places a node stands for it (`masks`), carries that
// through what may come in between, and reads the softmax as one over the elements that are left.
extension ONNXImporter {
  /// The operators that may read a constant with infinities: bounds of clippings, and what makes masks.
  static let infinityReaders: Set<String> = moving.union([
    "Clip", "Max", "Min", "ReduceMax", "ReduceMin", "Pad", "IsNaN", "Add", "Where", "Equal",
    "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "ConstantOfShape", "Trilu",
  ])

  /// The operators that move elements and do not compute.
  static let moving: Set<String> = [
    "Identity", "Dropout", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose",
    "Expand", "Slice", "Gather", "Split", "Tile", "CastLike",
  ]

  /// A translation with masks: minus infinity is taken out of what is read, and marked in what comes out.
  func translateWithMasks(
    _ node: ONNXNode, _ translation: Translation
  ) throws(ONNXProblem) -> [ONNXValue] {
    let names = Set(elementsRead(by: node))
    let isVariable = names.contains { if case .variable? = values[$0] { true } else { false } }
    guard isVariable else { return try translation(self)(node) }
    if let outputs = try translateUndefined(node, translation) { return outputs }
    var hidden: [String: ONNXMask] = [:]
    for name in names { hidden[name] = mask(name) }
    // A bound of a clipping at infinity is none; `Clip`, `Max` and `Min` know.
    guard !hidden.isEmpty else { return try translation(self)(node) }
    if ["Clip", "Max", "Min"].contains(node.type) {
      for name in hidden.keys {
        guard case .constant? = values[name] else {
          throw ONNXProblem(
            "it reads minus infinity at some places of \(name), which is supported before a Softmax"
          )
        }
      }
      return try translation(self)(node)
    }
    if node.type == "Softmax", let mask = hidden[node.inputs[0]] {
      let result = try softmax(node, leavingOut: mask.places)
      mark(result, try undefinedRows(node, mask.places))
      return [result]
    }
    // Once with finite numbers in the place of infinity.
    let original = values
    for (name, mask) in hidden { values[name] = mask.finite }
    let outputs = try translation(self)(node)
    values = original
    // How many elements there are does not depend on what they are.
    if ["Shape", "Size"].contains(node.type) { return outputs }
    let masks = try outputMasks(node, hidden, translation)
    return zip(outputs, masks).map { masked($0, $1) }
  }

  /// A value that stands for minus infinity where a mask has ones.
  private func masked(_ value: ONNXValue, _ mask: Tensor<Double>) -> ONNXValue {
    guard mask.scalars.contains(where: { $0 != 0 }) else { return value }
    switch value {
    case .variable(let id):
      masks[id] = mask
      return value
    case .constant(let constant):
      let values = zip(constant.values.scalars, mask.scalars).map { $1 != 0 ? -.infinity : $0 }
      return .constant(
        ONNXConstant(values: Tensor(constant.shape, values), type: constant.type))
    }
  }

  /// The inputs whose elements a node reads; of the second one of `CastLike` only the type counts.
  func elementsRead(by node: ONNXNode) -> [String] {
    (node.type == "CastLike" ? Array(node.inputs.prefix(1)) : node.inputs).filter { !$0.isEmpty }
  }

  /// What is minus infinity of a tensor, or nil where nothing is.
  func mask(_ name: String) -> ONNXMask? {
    switch values[name] {
    case .variable(let id)?:
      return masks[id].map { ONNXMask(places: $0, finite: .variable(id)) }
    case .constant(let constant)?:
      guard constant.type.isFloat, constant.values.scalars.contains(-.infinity) else { return nil }
      var finite = constant.mapped { $0 == -.infinity ? 0 : $0 }
      finite.type = constant.type
      let places = constant.values.mapped { $0 == -.infinity ? 1 : 0 }
      return ONNXMask(places: places, finite: .constant(finite))
    case nil: return nil
    }
  }

  /// The masks of a node's outputs.
  private func outputMasks(
    _ node: ONNXNode, _ hidden: [String: ONNXMask], _ translation: Translation
  ) throws(ONNXProblem) -> [Tensor<Double>] {
    let problem = ONNXProblem(
      "it reads minus infinity; only sums, Where and what moves elements may stand between a mask and a Softmax"
    )
    switch node.type {
    case let type where Self.moving.contains(type):
      // As a truth value or an integer, minus infinity is a number like others.
      guard Array(hidden.keys) == [node.inputs[0]], nodeType?.isFloat ?? true else { throw problem }
      return try replaced(node, hidden.mapValues(\.places), translation)
    case "Add", "Sub":
      guard node.type == "Add" || hidden[node.inputs[1]] == nil else { throw problem }
      // Where either is minus infinity, the sum is.
      let places = try zeros(node) { hidden[$0]?.places }
      return try replaced(node, places, translation).map { $0.mapped { $0 == 0 ? 0 : 1 } }
    case "Where":
      guard case .constant? = values[node.inputs[0]] else { throw problem }
      var places = try zeros(node) { hidden[$0]?.places }
      places[node.inputs[0]] = nil
      return try replaced(node, places, translation)
    case "Mul", "Div":
      guard hidden.count == 1, let at = node.inputs.firstIndex(where: { hidden[$0] != nil }),
        node.type == "Mul" || at == 0, case .constant(let factor)? = values[node.inputs[1 - at]],
        factor.values.scalars.allSatisfy({ $0 > 0 && $0.isFinite })
      else { throw problem }
      return try replaced(node, hidden.mapValues(\.places), translation).map {
        $0.mapped { $0 == 0 ? 0 : 1 }
      }
    default: throw problem
    }
  }

  /// The places of each input of a node; zeros for those that are finite.
  func zeros(
    _ node: ONNXNode, _ places: (String) -> Tensor<Double>?
  ) throws(ONNXProblem) -> [String: Tensor<Double>] {
    var all: [String: Tensor<Double>] = [:]
    for name in node.inputs {
      guard let value = values[name] else { continue }
      all[name] = places(name) ?? Tensor(repeating: 0, shape(value))
    }
    return all
  }

  /// What a node makes of constants in the place of some inputs.
  func replaced(
    _ node: ONNXNode, _ constants: [String: Tensor<Double>], _ translation: Translation
  ) throws(ONNXProblem) -> [Tensor<Double>] {
    let original = values
    defer { values = original }
    for (name, tensor) in constants {
      values[name] = .constant(ONNXConstant(values: tensor, type: .float))
    }
    var results: [Tensor<Double>] = []
    for output in try translation(self)(node) {
      guard case .constant(let constant) = output else {
        throw ONNXProblem("where it is minus infinity depends on the input")
      }
      results.append(constant.values)
    }
    return results
  }
}

/// Where a tensor is minus infinity.
struct ONNXMask {
  /// Ones where it is, zeros elsewhere.
  var places: Tensor<Double>
  /// The tensor with finite numbers there.
  var finite: ONNXValue
}

// MARK: - Softmax

extension ONNXImporter {
  /// A softmax over the elements that are not minus infinity; the others give zero.
  ///
  /// Rows that leave out the same elements are taken together.
  private func softmax(
    _ node: ONNXNode, leavingOut mask: Tensor<Double>
  ) throws(ONNXProblem) -> ONNXValue {
    let x = try input(node, 0)
    let shape = shape(x)
    let axis = try axis(node.integer("axis", default: opset < 13 ? 1 : -1), rank: shape.rank)
    // One axis of rows and one of the elements of a row.
    let axes = opset < 13 ? Array(axis..<shape.rank) : [axis]
    let order = (0..<shape.rank).filter { !axes.contains($0) } + axes
    let width = axes.reduce(1) { $0 * shape[$1] }
    let rows = Shape([shape.count / max(1, width), width])
    let flat = try reshaped(permuted(x, order), rows)
    let flatMask = mask.transposed(order).reshaped(rows).scalars
    var result = try softmaxRows(flat, rows, flatMask)
    result = try reshaped(result, Shape(order.map { shape[$0] }))
    var inverse = order
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return try permuted(result, inverse)
  }

  private func softmaxRows(
    _ x: ONNXValue, _ shape: Shape, _ mask: [Double]
  ) throws(ONNXProblem) -> ONNXValue {
    let width = shape[1]
    var groups: [[Double]: [Int32]] = [:]
    var patterns: [[Double]] = []
    for row in 0..<shape[0] {
      let pattern = Array(mask[row * width..<(row + 1) * width])
      if groups[pattern] == nil { patterns.append(pattern) }
      groups[pattern, default: []].append(Int32(row))
    }
    var parts: [ONNXValue] = []
    for pattern in patterns {
      let kept = pattern.indices.filter { pattern[$0] == 0 }
      var layout = [Int32](repeating: -1, count: width)
      guard !kept.isEmpty else {
        let rows = try selected(x, axis: 0, groups[pattern] ?? [])
        parts.append(try selected(rows, axis: 1, layout))
        continue
      }
      for (place, column) in kept.enumerated() { layout[column] = Int32(place) }
      var part = try selected(x, axis: 0, groups[pattern] ?? [])
      part = try selected(part, axis: 1, kept.map { Int32($0) })
      part = try apply(Softmax(axis: 1), part)
      parts.append(try selected(part, axis: 1, layout))
    }
    let rows = patterns.flatMap { groups[$0] ?? [] }
    var places = rows
    for (place, row) in rows.enumerated() { places[Int(row)] = Int32(place) }
    let joined = parts.count == 1 ? parts[0] : try apply(Concatenate(axis: 0), parts)
    return try selected(joined, axis: 0, places)
  }
}
