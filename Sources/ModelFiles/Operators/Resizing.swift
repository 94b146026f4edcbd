import Networks
import Tensors

// Resizing is linear, and one axis after the other. Where ONNX Runtime and the standard place pixels differently, as
// they do for some scales that give no whole extent, the model is refused.

extension ONNXImporter {
  func upsample(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    var scales = node.floats("scales")
    if scales == nil { scales = try constant(node, 1, "scales")?.values.scalars }
    let rule = ResizeRule(
      mode: node.string("mode", default: "nearest"), transform: "asymmetric", rounding: "floor")
    guard ["nearest", "linear"].contains(rule.mode) else {
      throw ONNXProblem("mode \(rule.mode) is not known")
    }
    let axes = try resizedAxes(shape(x), scales: scales ?? [], named: nil)
    return [try resized(x, axes, rule)]
  }

  func resize(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let isOld = opset < 11
    let scales = try constant(node, isOld ? 1 : 2, "scales")?.values.scalars ?? []
    let sizes = isOld ? [] : try constant(node, 3, "sizes")?.integers ?? []
    guard scales.isEmpty != sizes.isEmpty else {
      throw ONNXProblem("scales and sizes are both \(scales.isEmpty ? "missing" : "stated")")
    }
    let stated = node.integers("axes")
    var axes =
      try sizes.isEmpty
      ? resizedAxes(shape(x), scales: scales, named: stated)
      : resizedAxes(
        shape(x), sizes: sizes, named: stated,
        policy: node.string("keep_aspect_ratio_policy", default: "stretch"))
    let rule = resizeRule(node)
    if rule.transform == "tf_crop_and_resize" {
      guard let part = try constant(node, 1, "roi")?.values.scalars else {
        throw ONNXProblem("coordinate_transformation_mode tf_crop_and_resize without roi")
      }
      try crop(&axes, to: part, named: stated)
    }
    return [try resized(x, axes, rule, outside: node.float("extrapolation_value", default: 0))]
  }

  private func resizeRule(_ node: ONNXNode) -> ResizeRule {
    let mode = node.string("mode", default: "nearest")
    guard opset >= 11 else {
      return ResizeRule(mode: mode, transform: "asymmetric", rounding: nil)
    }
    return ResizeRule(
      mode: mode,
      transform: node.string("coordinate_transformation_mode", default: "half_pixel"),
      rounding: node.string("nearest_mode", default: "round_prefer_floor"),
      cubicCoefficient: node.float("cubic_coeff_a", default: -0.75),
      excludesOutside: node.flag("exclude_outside"), smooths: node.flag("antialias"))
  }

  // MARK: Axes

  /// All axes of an input, those that are named resized by scales.
  private func resizedAxes(
    _ input: Shape, scales: [Double], named: [Int]?
  ) throws(ONNXProblem) -> [ResizedAxis] {
    var axes = input.dimensions.map { ResizedAxis(extent: $0, size: $0, scale: 1) }
    for (at, axis) in try places(named, count: scales.count, input).enumerated() {
      let (scale, extent) = (Float(scales[at]), input[axis])
      guard scale > 0, scale * Float(extent) <= Float(largestElementCount), extent > 0 else {
        throw ONNXProblem("scale \(scale) of axis \(axis) is out of range")
      }
      let size = Int((scale * Float(extent)).rounded(.down))
      guard size == Int((Double(scale) * Double(extent)).rounded(.down)), size > 0 else {
        throw ONNXProblem(
          "scale \(scale) of axis \(axis) with extent \(extent) gives no clear extent; state sizes")
      }
      axes[axis] = ResizedAxis(extent: extent, size: size, scale: scale)
    }
    return axes
  }

  /// All axes of an input, those that are named resized to sizes, or with `policy` as far as the aspect ratio allows.
  private func resizedAxes(
    _ input: Shape, sizes: [Int], named: [Int]?, policy: String
  ) throws(ONNXProblem) -> [ResizedAxis] {
    var axes = input.dimensions.map { ResizedAxis(extent: $0, size: $0, scale: 1) }
    let places = try places(named, count: sizes.count, input)
    for (at, axis) in places.enumerated() {
      let (size, extent) = (sizes[at], input[axis])
      guard size > 0, size <= largestElementCount, extent > 0 else {
        throw ONNXProblem("axis \(axis) of input \(input) would get extent \(size)")
      }
      axes[axis] = ResizedAxis(extent: extent, size: size, scale: Float(size) / Float(extent))
    }
    guard policy != "stretch" else { return axes }
    let scales = places.map { axes[$0].scale }
    guard let scale = policy == "not_larger" ? scales.min() : scales.max(),
      ["not_larger", "not_smaller"].contains(policy)
    else { throw ONNXProblem("keep_aspect_ratio_policy \(policy) is not known") }
    for axis in places {
      let wanted = Double(scale) * Double(input[axis])
      let size = (wanted + 0.5).rounded(.down)
      guard size > 0, size <= Double(largestElementCount),
        Float(size) == (scale * Float(input[axis])).rounded()
      else {
        throw ONNXProblem("keep_aspect_ratio_policy gives axis \(axis) the extent \(wanted)")
      }
      axes[axis].size = Int(size)
      axes[axis].scale = scale
    }
    return axes
  }

  /// The axes that a list of numbers is about.
  private func places(
    _ named: [Int]?, count: Int, _ input: Shape
  ) throws(ONNXProblem) -> [Int] {
    var places: [Int] = []
    for axis in named ?? Array(0..<input.rank) {
      places.append(try self.axis(axis, rank: input.rank))
    }
    guard places.count == count, Set(places).count == count else {
      throw ONNXProblem("\(count) scales or sizes for \(places.count) axes of input \(input)")
    }
    return places
  }

  private func crop(
    _ axes: inout [ResizedAxis], to part: [Double], named: [Int]?
  ) throws(ONNXProblem) {
    var places: [Int] = []
    for axis in named ?? Array(axes.indices) {
      places.append(try self.axis(axis, rank: axes.count))
    }
    guard part.count == 2 * places.count else {
      throw ONNXProblem("a roi of \(part.count) numbers for \(places.count) axes")
    }
    for (at, axis) in places.enumerated() {
      axes[axis].start = Float(part[at])
      axes[axis].end = Float(part[at + places.count])
    }
  }

  // MARK: Entries

  private func resized(
    _ x: ONNXValue, _ axes: [ResizedAxis], _ rule: ResizeRule, outside: Double = 0
  ) throws(ONNXProblem) -> ONNXValue {
    // ONNX Runtime copies a tensor whose shape stays as it is.
    let isCopied = axes.allSatisfy { $0.extent == $0.size }
    _ = try checkedElementCount(axes.map(\.size))
    var layouts: [(axis: Int, entries: [ResizedAxis.Entry])] = []
    for (axis, resized) in axes.enumerated() {
      var kept = resized
      if isCopied { kept.scale = 1 }
      let entries = try kept.entriesOfRuntime(rule)
      guard try ResizedAxis.agree(entries, resized.entriesOfStandard(rule)) else {
        throw ONNXProblem(
          "scale \(resized.scale) of axis \(axis), extent \(resized.extent) to \(resized.size), "
            + "coordinate_transformation_mode \(rule.transform): ONNX Runtime and the standard "
            + "place pixels differently; state sizes")
      }
      try refuseOldRounding(resized, entries, rule)
      layouts.append((axis, entries))
    }
    var result = x
    for layout in layouts { result = try resampled(result, axis: layout.axis, layout.entries) }
    guard outside != 0, layouts.contains(where: { $0.entries.contains { $0 == nil } }) else {
      return result
    }
    // Resizing ones tells where there is something.
    var inside = ONNXValue.constant(
      ONNXConstant(values: Tensor(repeating: 1, shape(x)), kind: .float))
    for layout in layouts {
      let shown = layout.entries.map { $0 == nil ? nil : [Resampling.Term(0, 1)] }
      inside = try resampled(inside, axis: layout.axis, shown)
    }
    guard case .constant(let mask) = inside else { return result }
    return try add(result, .constant(mask.mapped { outside * (1 - $0) }))
  }

  /// Opset 10 does not say how a place between two pixels is rounded, and ONNX Runtime rounds up when shrinking.
  private func refuseOldRounding(
    _ axis: ResizedAxis, _ entries: [ResizedAxis.Entry], _ rule: ResizeRule
  ) throws(ONNXProblem) {
    guard rule.mode == "nearest", rule.rounding == nil, axis.scale < 1 else { return }
    var other = rule
    other.rounding = "ceil"
    guard try ResizedAxis.agree(entries, axis.entriesOfRuntime(other)) else {
      throw ONNXProblem(
        "scale \(axis.scale) by nearest pixels is not defined before opset 11; export to a newer one"
      )
    }
  }

  private func resampled(
    _ x: ONNXValue, axis: Int, _ entries: [ResizedAxis.Entry]
  ) throws(ONNXProblem) -> ONNXValue {
    let operation = Resampling(axis: axis, sums: entries.map { $0 ?? [] })
    let isPicked =
      operation.sources.count == 1
      && zip(operation.sources[0], operation.weights[0]).allSatisfy { $0 < 0 || $1 == 1 }
    guard !isPicked else { return try selected(x, axis: axis, operation.sources[0]) }
    return try apply(operation, x)
  }
}
