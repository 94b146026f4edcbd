import Foundation
import Networks
import Tensors

extension ONNXImporter {
  func constantNode(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    if let tensor = try node.tensor("value", external) { return [.constant(tensor)] }
    if node.has("value_float") {
      return [.constant(.scalar(node.float("value_float", default: 0)).exact(true))]
    }
    if let values = node.floats("value_floats"), node.has("value_floats") {
      let list = ONNXConstant(values: Tensor([values.count], values), kind: .float)
      return [.constant(list.exact(true))]
    }
    if node.has("value_int") {
      return [.constant(.integers([node.integer("value_int", default: 0)]).reshaped([]))]
    }
    if let values = node.integers("value_ints") { return [.constant(.integers(values))] }
    throw ONNXProblem("its value is not a tensor of numbers")
  }

  func constantOfShape(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    guard let dimensions = try constant(node, 0, "shape")?.integers else {
      throw ONNXProblem("it has no shape")
    }
    _ = try checkedElementCount(dimensions)
    let value = try node.tensor("value", external) ?? .scalar(0).exact(true)
    let filled = ONNXConstant(
      values: Tensor(repeating: value.uniformValue ?? 0, Shape(dimensions)), type: value.type)
    return [.constant(filled.exact(value.isExact))]
  }

  func shapeOf(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let dimensions = shape(try input(node, 0)).dimensions
    func clamped(_ place: Int) -> Int {
      max(0, min(dimensions.count, place < 0 ? place + dimensions.count : place))
    }
    let from = clamped(node.integer("start", default: 0))
    let to = clamped(node.integer("end", default: dimensions.count))
    return [.constant(.integers(Array(dimensions[from..<max(from, to)])))]
  }

  func sizeOf(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [.constant(.integers([shape(try input(node, 0)).count]).reshaped([]))]
  }

  func range(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    guard let start = try constant(node, 0, "start"), let from = start.uniformValue,
      let to = try constant(node, 1, "limit")?.uniformValue,
      let step = try constant(node, 2, "step")?.uniformValue, step != 0,
      from.isFinite, ((to - from) / step).magnitude <= Double(largestComputedCount)
    else { throw ONNXProblem("its start, limit and step do not make a range") }
    let count = max(0, Int(((to - from) / step).rounded(.up)))
    let values = (0..<count).map { from + Double($0) * step }
    // Multiples of a power of two are exact, others depend on the order of additions.
    let isExact = values.allSatisfy { ($0 * 0x1p10).rounded() == $0 * 0x1p10 && abs($0) <= 0x1p14 }
    guard start.kind == .integer || isExact else {
      throw ONNXProblem("a range of floats that rounding touches is not supported")
    }
    return [.constant(ONNXConstant(values: Tensor([count], values), type: start.type))]
  }

  func nonZero(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    guard let x = try constant(node, 0, "input") else { throw ONNXProblem("it has no input") }
    let places = x.values.scalars.indices.filter { x.values.scalars[$0] != 0 }
    let strides = x.shape.strides
    let rows = zip(strides, x.shape.dimensions).flatMap { stride, extent in
      places.map { Double($0 / stride % extent) }
    }
    return [
      .constant(
        ONNXConstant(values: Tensor([x.shape.rank, places.count], rows), kind: .integer))
    ]
  }

  /// The product of elements of a constant, such as the extents of a shape.
  func constantProduct(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    guard let x = try constant(node, 0, "input") else { throw ONNXProblem("it has no input") }
    let stated = try axes(node, rank: x.shape.rank) ?? []
    if stated.isEmpty && node.flag("noop_with_empty_axes") { return [.constant(x)] }
    let axes = stated.isEmpty ? Array(0..<x.shape.rank) : stated
    let (strides, extents) = (x.shape.strides, x.shape.dimensions)
    let kept = extents.indices.map { axes.contains($0) ? 1 : extents[$0] }
    let target = Shape(kept).strides
    var products = [Double](repeating: 1, count: Shape(kept).count)
    var isExact = true
    for (place, factor) in x.values.scalars.enumerated() {
      let at = extents.indices.reduce(0) { sum, axis in
        axes.contains(axis) ? sum : sum + place / strides[axis] % extents[axis] * target[axis]
      }
      let product = products[at] * factor
      isExact = isExact && (-product).addingProduct(products[at], factor) == 0
      products[at] = product
    }
    guard isExact, products.allSatisfy({ x.type.rounded($0) == $0 && abs($0) <= 0x1p53 }) else {
      throw ONNXProblem("a product of constants that is not exact is not supported")
    }
    let shape =
      node.flag("keepdims", default: true)
      ? kept : extents.indices.filter { !axes.contains($0) }.map { extents[$0] }
    return [.constant(ONNXConstant(values: Tensor(Shape(shape), products), type: x.type))]
  }

  // MARK: Elementwise on constants

  func constantEqual(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try compare(node) { $0 == $1 }
  }
  func constantGreater(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try compare(node) { $0 > $1 }
  }
  func constantGreaterOrEqual(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try compare(node) { $0 >= $1 }
  }
  func constantLess(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try compare(node) { $0 < $1 }
  }
  func constantLessOrEqual(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try compare(node) { $0 <= $1 }
  }
  func constantAnd(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try compare(node) { $0 != 0 && $1 != 0 }
  }
  func constantOr(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try compare(node) { $0 != 0 || $1 != 0 }
  }
  func constantXor(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try compare(node) { ($0 != 0) != ($1 != 0) }
  }
  func constantNot(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try onConstant(node, .boolean) { $0 == 0 ? 1 : 0 }
  }
  func constantCeiling(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try onConstant(node, nil) { $0.rounded(.up) }
  }
  func constantRounding(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try onConstant(node, nil) { $0.rounded(.toNearestOrEven) }
  }

  func constantRemainder(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (a, b) = try operands(node)
    guard !b.values.scalars.contains(0) else { throw ONNXProblem("a division by zero") }
    try requireExact(a)
    try requireExact(b)
    // With `fmod` the result has the sign of the dividend, otherwise that of the divisor.
    let truncates = node.flag("fmod")
    return [
      .constant(
        try combine(a, b, a.kind) { x, y in
          Remainder.value(x, y, roundsDown: !truncates)
        })
    ]
  }

  private func operands(
    _ node: ONNXNode
  ) throws(ONNXProblem) -> (ONNXConstant, ONNXConstant) {
    guard let a = try constant(node, 0, "first operand"),
      let b = try constant(node, 1, "second operand")
    else { throw ONNXProblem("it takes 2 inputs") }
    return (a, b)
  }

  private func compare(
    _ node: ONNXNode, _ holds: (Double, Double) -> Bool
  ) throws(ONNXProblem) -> [ONNXValue] {
    let (a, b) = try operands(node)
    return [.constant(try combine(a, b, .boolean) { holds($0, $1) ? 1 : 0 })]
  }

  private func onConstant(
    _ node: ONNXNode, _ kind: ONNXConstant.Kind?, _ function: (Double) -> Double
  ) throws(ONNXProblem) -> [ONNXValue] {
    guard let x = try constant(node, 0, "input") else { throw ONNXProblem("it has no input") }
    try requireExact(x)
    var result = x.mapped(function)
    if let kind { result.kind = kind }
    return [.constant(result)]
  }
}
