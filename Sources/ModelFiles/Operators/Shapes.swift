import Networks
import Tensors

extension ONNXImporter {
  func reshape(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let input = shape(x)
    guard var target = try constant(node, 1, "shape")?.integers else {
      throw ONNXProblem("it has no shape")
    }
    let keepsZeros = node.flag("allowzero")
    for axis in target.indices where target[axis] == 0 && !keepsZeros {
      guard axis < input.rank else {
        throw ONNXProblem("shape \(target) copies axis \(axis), which input \(input) lacks")
      }
      target[axis] = input[axis]
    }
    let unknown = target.indices.filter { target[$0] == -1 }
    if unknown.count == 1 {
      let known = try checkedElementCount(target.filter { $0 != -1 })
      guard known > 0, input.count % known == 0 else {
        throw ONNXProblem("cannot reshape \(input) (\(input.count) elements) to \(target)")
      }
      target[unknown[0]] = input.count / known
    }
    _ = try checkedElementCount(target)
    // Kept even where nothing changes, so that the network mirrors the file; `simplified` drops it.
    return [try apply(Reshape(to: Shape(target)), x)]
  }

  func flatten(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let input = shape(x)
    let stated = node.integer("axis", default: 1)
    let from = stated == input.rank ? stated : try axis(stated, rank: input.rank)
    let dimensions = input.dimensions
    return [
      try apply(
        Reshape(to: [dimensions[..<from].reduce(1, *), dimensions[from...].reduce(1, *)]), x)
    ]
  }

  /// The axes that an attribute names before opset 13 and an input from then on.
  func axes(_ node: ONNXNode, rank: Int) throws(ONNXProblem) -> [Int]? {
    guard let stated = try integers(node, "axes", orInput: 1) else {
      return nil
    }
    var result: [Int] = []
    for value in stated { result.append(try axis(value, rank: rank)) }
    guard Set(result).count == result.count else { throw ONNXProblem("axes \(stated) repeat") }
    return result
  }

  func squeeze(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let input = shape(x)
    let ones = input.dimensions.indices.filter { input[$0] == 1 }
    let dropped = try axes(node, rank: input.rank) ?? ones
    guard Set(dropped).isSubset(of: ones) else {
      throw ONNXProblem("axes \(dropped) of input \(input) do not all have extent 1")
    }
    let kept = input.dimensions.indices.filter { !dropped.contains($0) }.map { input[$0] }
    return [try apply(Reshape(to: Shape(kept)), x)]
  }

  func unsqueeze(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let input = shape(x)
    let stated = try integers(node, "axes", orInput: 1) ?? []
    guard let new = try axes(node, rank: input.rank + stated.count) else {
      throw ONNXProblem("it has no axes")
    }
    var remaining = input.dimensions[...]
    let target = (0..<input.rank + new.count).map { axis in
      new.contains(axis) ? 1 : remaining.popFirst() ?? 1
    }
    return [try apply(Reshape(to: Shape(target)), x)]
  }

  func transpose(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let permutation = node.integers("perm") ?? Array((0..<shape(x).rank).reversed())
    let result = try apply(Transpose(permutation), x)
    guard case .constant(let before) = x, case .constant(var after) = result else {
      return [result]
    }
    after.name = before.name
    after.kind = before.kind
    return [.constant(after)]
  }

  func identity(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] { [try input(node, 0)] }

  func dropout(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    if let training = try number(node, 2, "training mode"), training != 0 {
      throw ONNXProblem("it is in training mode; export the model for inference")
    }
    return [try input(node, 0)]
  }

  // MARK: Reductions

  func reduceSum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try reduce(node, isMean: false)
  }

  func reduceMean(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try reduce(node, isMean: true)
  }

  private func reduce(_ node: ONNXNode, isMean: Bool) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let rank = shape(x).rank
    let stated = try axes(node, rank: rank) ?? []
    if stated.isEmpty && node.flag("noop_with_empty_axes") { return [x] }
    return [
      try apply(
        Reduce(
          axes: stated.isEmpty ? Array(0..<rank) : stated.sorted(),
          keepingAxes: node.flag("keepdims", default: true), isMean: isMean), x)
    ]
  }
}
