import Networks
import Tensors

// Maxima, minima and clippings. None is written as a shifted ReLU, which would lose numbers beside a huge bound.
extension ONNXImporter {
  /// `max(x, c)`.
  private func maximum(_ x: ONNXValue, _ constant: ONNXConstant) throws(ONNXProblem) -> ONNXValue {
    let x = try besideBound(x, constant)
    guard let bound = constant.uniformValue else {
      let lower = try parameter(constant, "lower bound", allowingInfinity: true)
      return try apply(ElementClip(lower: lower), x)
    }
    if bound == -.infinity { return x }
    if let (before, clip) = clip(behind: x) {
      return try clipped(before, max(clip.lower, bound), max(clip.upper, bound))
    }
    return try clipped(x, bound, .infinity)
  }

  /// `min(x, c)`.
  private func minimum(_ x: ONNXValue, _ constant: ONNXConstant) throws(ONNXProblem) -> ONNXValue {
    let x = try besideBound(x, constant)
    guard let bound = constant.uniformValue else {
      let upper = try parameter(constant, "upper bound", allowingInfinity: true)
      return try apply(ElementClip(upper: upper), x)
    }
    if bound == .infinity { return x }
    if let (before, clip) = clip(behind: x) {
      return try clipped(before, clip.lower, min(clip.upper, bound))
    }
    return try clipped(x, -.infinity, bound)
  }

  /// A variable in the shape that it has beside a bound, which must be a number.
  private func besideBound(
    _ x: ONNXValue, _ constant: ONNXConstant
  ) throws(ONNXProblem) -> ONNXValue {
    guard !constant.values.scalars.contains(where: \.isNaN) else {
      throw ONNXProblem("its bound is NaN")
    }
    guard let target = Shape.broadcast(shape(x), constant.shape) else {
      throw ONNXProblem("shape mismatch: \(shape(x)) against \(constant.shape)")
    }
    return try broadcast(x, to: target)
  }

  /// The clipping that computes a variable, and what it reads: two in a row are one.
  private func clip(behind x: ONNXValue) -> (ONNXValue, Clip)? {
    guard case .variable(let id) = x, let input = built.nodes[id].inputs.first else { return nil }
    switch built.nodes[id].operation {
    case let clip as Clip: return (.variable(input), clip)
    case is ReLU: return (.variable(input), Clip(lower: 0))
    default: return nil
    }
  }

  private func clipped(
    _ x: ONNXValue, _ lower: Double, _ upper: Double
  ) throws(ONNXProblem) -> ONNXValue {
    // Where the bounds cross, the upper one wins, whatever the input.
    if lower >= upper {
      return .constant(
        ONNXConstant(values: Tensor(repeating: upper, shape(x)), kind: .float))
    }
    if lower == -.infinity, upper == .infinity { return x }
    return try apply(
      lower == 0 && upper == .infinity ? ReLU() : Clip(lower: lower, upper: upper), x)
  }

  func maximum(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    switch (a, b) {
    case (.constant(let x), .constant(let y)):
      var result = try combine(x, y, x.kind, max)
      result.type = x.type
      return .constant(result)
    case (.variable, .constant(let constant)): return try maximum(a, constant)
    case (.constant(let constant), .variable): return try maximum(b, constant)
    case (.variable(let x), .variable(let y)) where x == y: return a
    case (.variable, .variable): return try apply(Maximum(), [a, b])
    }
  }

  func minimum(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    switch (a, b) {
    case (.constant(let x), .constant(let y)):
      var result = try combine(x, y, x.kind, min)
      result.type = x.type
      return .constant(result)
    case (.variable, .constant(let constant)): return try minimum(a, constant)
    case (.constant(let constant), .variable): return try minimum(b, constant)
    case (.variable(let x), .variable(let y)) where x == y: return a
    case (.variable, .variable): return try apply(Maximum(isMinimum: true), [a, b])
    }
  }

  func maximum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let all = try inputs(node)
    var result = all[0]
    for other in all.dropFirst() { result = try maximum(result, other) }
    return [result]
  }

  func minimum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let all = try inputs(node)
    var result = all[0]
    for other in all.dropFirst() { result = try minimum(result, other) }
    return [result]
  }

  /// `min(max(x, lower), upper)`; a bound that is the largest float, or beyond, never acts: exporters write "none" so.
  func clipping(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    var x = try input(node, 0)
    var (lower, upper): (ONNXValue?, ONNXValue?)
    if opset < 11 {
      lower = node.has("min") ? .constant(.scalar(node.float("min", default: 0))) : nil
      upper = node.has("max") ? .constant(.scalar(node.float("max", default: 0))) : nil
    } else {
      (lower, upper) = (try optional(node, 1), try optional(node, 2))
    }
    for bound in [lower, upper].compactMap({ $0 }) where shape(bound).count != 1 {
      throw ONNXProblem("its bound has shape \(shape(bound)), expected one number")
    }
    if let lower, !isBeyondFloats(lower, sign: -1) { x = try maximum(x, lower) }
    if let upper, !isBeyondFloats(upper, sign: 1) { x = try minimum(x, upper) }
    return [x]
  }

  private func isBeyondFloats(_ bound: ONNXValue, sign: Double) -> Bool {
    guard case .constant(let constant) = bound, let value = constant.uniformValue else {
      return false
    }
    let largest =
      nodeType == .double
      ? Double.greatestFiniteMagnitude : Double(Float.greatestFiniteMagnitude)
    guard sign * value >= largest else { return false }
    if value.isFinite { isReadExactly = false }
    return true
  }
}
