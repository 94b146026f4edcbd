import Networks
import Tensors

extension ONNXImporter {
  /// Picks entries along an axis; -1 gives zeros. Nothing happens where all are picked in order.
  func selected(_ x: ONNXValue, axis: Int, _ indices: [Int32]) throws(ONNXProblem) -> ONNXValue {
    let extent = shape(x)[axis]
    if indices.count == extent, indices.indices.allSatisfy({ indices[$0] == Int32($0) }) {
      return x
    }
    let result = try apply(Selection(axis: axis, indices: indices), x)
    guard case .constant(let before) = x, case .constant(var after) = result else { return result }
    after.type = before.type
    return .constant(after)
  }

  /// Repeats axes of extent 1 up to a shape that the value broadcasts to.
  func broadcast(_ x: ONNXValue, to target: Shape) throws(ONNXProblem) -> ONNXValue {
    let own = shape(x)
    guard Shape.broadcast(own, target) == target else {
      throw ONNXProblem("shape mismatch: \(own) cannot be expanded to \(target)")
    }
    _ = try checkedElementCount(target.dimensions)
    let ones = [Int](repeating: 1, count: target.rank - own.rank)
    var result = try reshaped(x, Shape(ones + own.dimensions))
    for axis in 0..<target.rank where shape(result)[axis] != target[axis] {
      result = try selected(result, axis: axis, [Int32](repeating: 0, count: target[axis]))
    }
    return result
  }

  func slice(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    var x = try input(node, 0)
    let rank = shape(x).rank
    let starts = try integers(node, "starts", orInput: 1) ?? []
    let ends = try integers(node, "ends", orInput: 2) ?? []
    let axes = try integers(node, "axes", orInput: 3) ?? Array(0..<starts.count)
    let steps =
      try constant(node, 4, "steps")?.integers ?? [Int](repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw ONNXProblem("starts \(starts), ends \(ends), axes \(axes), steps \(steps) do not match")
    }
    let places = try axes.map { (stated) throws(ONNXProblem) in try axis(stated, rank: rank) }
    guard Set(places).count == places.count else {
      throw ONNXProblem("axes \(axes) name one twice")
    }
    for (at, axis) in places.enumerated() {
      let (extent, step) = (shape(x)[axis], steps[at])
      guard step != 0 else { throw ONNXProblem("a step is 0") }
      guard step > 0 || ends[at] < Int(Int32.max) else {
        // Going backwards, ONNX Runtime takes the largest number for "to the front", the standard for "to the end".
        throw ONNXProblem("end \(ends[at]) of a step backwards is read in two ways")
      }
      func clamped(_ value: Int, _ least: Int, _ most: Int) -> Int {
        max(least, min(most, value < 0 ? value + extent : value))
      }
      let indices =
        step > 0
        ? stride(from: clamped(starts[at], 0, extent), to: clamped(ends[at], 0, extent), by: step)
        : stride(
          from: clamped(starts[at], 0, extent - 1), to: clamped(ends[at], -1, extent - 1), by: step)
      x = try selected(x, axis: axis, indices.map { Int32($0) })
    }
    return [x]
  }

  func split(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let axis = try axis(node.integer("axis", default: 0), rank: shape(x).rank)
    let extent = shape(x)[axis]
    let parts = node.outputs.count
    guard node.integer("num_outputs", default: parts) == parts else {
      throw ONNXProblem("num_outputs is not the number of its outputs, \(parts)")
    }
    // Equal parts; since opset 18 the last one may be shorter.
    let part = (extent + parts - 1) / max(1, parts)
    let equal = (0..<parts).map { max(0, min(part, extent - $0 * part)) }
    let stated = try integers(node, "split", orInput: 1)
    guard stated != nil || extent == parts * part || opset >= 18 && !equal.contains(0) else {
      throw ONNXProblem("an axis of extent \(extent) has no \(parts) equal parts")
    }
    let sizes = stated ?? equal
    guard sizes.count == parts, sizes.allSatisfy({ $0 >= 0 && $0 <= extent }),
      sizes.reduce(0, +) == extent
    else {
      throw ONNXProblem("sizes \(sizes) for \(parts) parts of an axis of extent \(extent)")
    }
    var outputs: [ONNXValue] = []
    var from = 0
    for size in sizes {
      outputs.append(try selected(x, axis: axis, (from..<from + size).map(Int32.init)))
      from += size
    }
    return outputs
  }

  func concatenation(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let all = try inputs(node)
    let axis = try axis(node.integer("axis", default: 1), rank: shape(all[0]).rank)
    return [try joined(all, axis: axis)]
  }

  /// Tensors joined along an axis, constants and variables alike.
  func joined(_ all: [ONNXValue], axis: Int) throws(ONNXProblem) -> ONNXValue {
    let operation = Concatenate(axis: axis)
    let variables = all.filter { if case .variable = $0 { true } else { false } }
    if variables.isEmpty || variables.count == all.count {
      return try all.count == 1 ? all[0] : apply(operation, all).kept(as: all[0])
    }
    // The variables with gaps, plus the constants with zeros where the variables are.
    var layout: [Int32] = []
    var constants: [ONNXValue] = []
    var next: Int32 = 0
    for value in all {
      let extent = shape(value).rank > axis ? shape(value)[axis] : 0
      switch value {
      case .variable:
        layout += (next..<next + Int32(extent)).map { $0 }
        next += Int32(extent)
        constants.append(
          .constant(
            ONNXConstant(values: Tensor(repeating: 0, shape(value)), kind: .float).exact(true)))
      case .constant:
        layout += [Int32](repeating: -1, count: extent)
        constants.append(value)
      }
    }
    let together = try variables.count == 1 ? variables[0] : apply(operation, variables)
    let addend = try apply(operation, constants)
    let spread = try selected(together, axis: axis, layout)
    if case .constant(let addend) = addend, addend.uniformValue == 0 { return spread }
    return try add(spread, addend)
  }

  func expand(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard let stated = try constant(node, 1, "shape")?.integers else {
      throw ONNXProblem("it has no shape")
    }
    _ = try checkedElementCount(stated)
    guard let target = Shape.broadcast(shape(x), Shape(stated)) else {
      throw ONNXProblem("shape mismatch: \(shape(x)) cannot be expanded to \(Shape(stated))")
    }
    return [try broadcast(x, to: target).kept(as: x)]
  }

  func tile(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    var x = try input(node, 0)
    let input = shape(x)
    guard let repeats = try constant(node, 1, "repeats")?.integers, repeats.count == input.rank
    else {
      throw ONNXProblem("repeats do not match input \(input)")
    }
    for (axis, times) in repeats.enumerated() {
      _ = try checkedElementCount([input[axis], times])
      let once = (0..<Int32(input[axis])).map { $0 }
      x = try selected(x, axis: axis, Array([[Int32]](repeating: once, count: times).joined()))
    }
    return [x]
  }

  /// `condition ? x : y` for a constant condition.
  func constantChoice(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    guard let condition = try constant(node, 0, "condition") else {
      throw ONNXProblem("it has no condition")
    }
    let (x, y) = (try input(node, 1), try input(node, 2))
    guard let joined = Shape.broadcast(shape(x), shape(y)),
      let target = Shape.broadcast(joined, condition.shape)
    else {
      throw ONNXProblem("shape mismatch: \(condition.shape), \(shape(x)) and \(shape(y))")
    }
    if let uniform = condition.uniformValue {
      return [try broadcast(uniform != 0 ? x : y, to: target).kept(as: x)]
    }
    if case .constant(let a) = x, case .constant(let b) = y {
      let (c, p, q) = (
        condition.values.broadcast(to: target).scalars, a.values.broadcast(to: target).scalars,
        b.values.broadcast(to: target).scalars
      )
      let values = c.indices.map { c[$0] != 0 ? p[$0] : q[$0] }
      return [.constant(ONNXConstant(values: Tensor(target, values), type: a.type))]
    }
    return [try places(condition, x, y, target).kept(as: x)]
  }

  /// The elements of `x` where a constant is not zero and those of `y` elsewhere.
  ///
  /// They are picked, not multiplied by 0 and 1: what is not taken may be infinite or not a number.
  private func places(
    _ condition: ONNXConstant, _ x: ONNXValue, _ y: ONNXValue, _ target: Shape
  ) throws(ONNXProblem) -> ONNXValue {
    let isTaken = condition.values.broadcast(to: target).scalars.map { $0 != 0 }
    let flat = Shape([target.count])
    func branch(_ value: ONNXValue, _ taken: Bool) throws(ONNXProblem) -> ONNXValue {
      if case .constant(let constant) = value {
        let all = constant.values.broadcast(to: target).scalars
        let kept = all.indices.map { isTaken[$0] == taken ? all[$0] : 0 }
        return .constant(ONNXConstant(values: Tensor(flat, kept), type: constant.type))
      }
      return try reshaped(broadcast(value, to: target), flat)
    }
    let (first, second) = (try branch(x, true), try branch(y, false))
    let result: ONNXValue
    if case (.variable, .variable) = (first, second) {
      let both = try apply(Concatenate(axis: 0), [first, second])
      let count = Int32(target.count)
      let layout = isTaken.indices.map { Int32($0) + (isTaken[$0] ? 0 : count) }
      result = try selected(both, axis: 0, layout)
    } else {
      func masked(_ value: ONNXValue, _ taken: Bool) throws(ONNXProblem) -> ONNXValue {
        guard case .variable = value else { return value }
        let layout = isTaken.indices.map { isTaken[$0] == taken ? Int32($0) : -1 }
        return try selected(value, axis: 0, layout)
      }
      result = try add(masked(first, true), masked(second, false))
    }
    return try reshaped(result, target)
  }
}

extension ONNXValue {
  /// A constant with the kind of another from which its elements come.
  func kept(as other: ONNXValue) -> ONNXValue {
    guard case .constant(var own) = self, case .constant(let source) = other else { return self }
    own.type = source.type
    return .constant(own)
  }
}
