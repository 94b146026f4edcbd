import Networks
import Tensors

extension ONNXImporter {
  func pad(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let rank = shape(x).rank
    guard let amounts = try integers(node, "pads", orInput: 1) else {
      throw ONNXProblem("it has no pads")
    }
    let stated = try number(node, 2, "value")
    let value = stated ?? node.float("value", default: 0)
    var axes: [Int] = []
    for named in try constant(node, 3, "axes")?.integers ?? Array(0..<rank) {
      axes.append(try axis(named, rank: rank))
    }
    guard amounts.count == 2 * axes.count, amounts.allSatisfy({ abs($0) <= largestElementCount })
    else { throw ONNXProblem("pads \(amounts) do not fit \(axes.count) axes") }
    let mode = node.string("mode", default: "constant")
    guard ["constant", "edge", "reflect", "wrap"].contains(mode) else {
      throw ONNXProblem("mode \(mode) is not known")
    }
    var layouts: [(axis: Int, indices: [Int32])] = []
    for (at, axis) in axes.enumerated() {
      let (before, after) = (amounts[at], amounts[at + axes.count])
      let extent = shape(x)[axis]
      guard extent + before + after >= 0 else {
        throw ONNXProblem("pads \(amounts) remove more than input \(shape(x)) has")
      }
      var indices: [Int32] = []
      for place in -before..<extent + after {
        indices.append(try Self.source(place, extent: extent, mode: mode))
      }
      layouts.append((axis, indices))
    }
    var result = x
    for layout in layouts { result = try selected(result, axis: layout.axis, layout.indices) }
    guard mode == "constant", value != 0 else { return [result] }
    // Ones padded with zeros tell where the padding is.
    var inside = ONNXValue.constant(
      ONNXConstant(values: Tensor(repeating: 1, shape(x)), kind: .float))
    for layout in layouts { inside = try selected(inside, axis: layout.axis, layout.indices) }
    guard case .constant(let mask) = inside else { return [result] }
    return [try add(result, .constant(mask.mapped { value * (1 - $0) }))]
  }

  /// The element that a place of a padded axis shows; -1 for a constant.
  private static func source(
    _ place: Int, extent: Int, mode: String
  ) throws(ONNXProblem) -> Int32 {
    if place >= 0 && place < extent { return Int32(place) }
    guard mode != "constant" else { return -1 }
    guard extent > 0 else { throw ONNXProblem("mode \(mode) on an empty axis") }
    switch mode {
    case "edge": return Int32(max(0, min(extent - 1, place)))
    case "wrap": return Int32(((place % extent) + extent) % extent)
    default:
      let period = max(1, 2 * (extent - 1))
      let folded = ((place % period) + period) % period
      return Int32(folded < extent ? folded : period - folded)
    }
  }

  func upsample(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    var scales = node.floats("scales")
    if scales == nil { scales = try constant(node, 1, "scales")?.values.scalars }
    return [
      try resized(
        input(node, 0), scales: scales ?? [], sizes: nil,
        mode: node.string("mode", default: "nearest"),
        transform: "asymmetric", rounding: "floor")
    ]
  }

  func resize(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let isOld = opset < 11
    let scales = try constant(node, isOld ? 1 : 2, "scales")?.values.scalars ?? []
    let sizes = isOld ? nil : try constant(node, 3, "sizes")?.integers
    guard !node.has("axes") else { throw ONNXProblem("attribute axes is not supported") }
    return [
      try resized(
        input(node, 0), scales: scales, sizes: sizes, mode: node.string("mode", default: "nearest"),
        transform: isOld
          ? "asymmetric" : node.string("coordinate_transformation_mode", default: "half_pixel"),
        rounding: isOld ? "floor" : node.string("nearest_mode", default: "round_prefer_floor"))
    ]
  }

  private func resized(
    _ x: ONNXValue, scales: [Double], sizes: [Int]?, mode: String, transform: String,
    rounding: String
  ) throws(ONNXProblem) -> ONNXValue {
    let input = shape(x)
    guard mode == "nearest" else {
      throw ONNXProblem("mode \(mode) is not supported; nearest is")
    }
    guard (sizes?.count ?? scales.count) == input.rank else {
      throw ONNXProblem("scales or sizes do not match input \(input)")
    }
    var result = x
    for axis in 0..<input.rank {
      let extent = input[axis]
      let size: Int
      let scale: Double
      if let sizes {
        (size, scale) = (sizes[axis], Double(sizes[axis]) / Double(extent))
      } else {
        scale = scales[axis]
        guard scale > 0, scale * Double(extent) <= Double(largestElementCount) else {
          throw ONNXProblem("scale \(scale) of axis \(axis) is out of range")
        }
        size = Int((Double(extent) * scale).rounded(.down))
      }
      guard size > 0, size <= largestElementCount, extent > 0 else {
        throw ONNXProblem("axis \(axis) of input \(input) would get extent \(size)")
      }
      guard size != extent else { continue }
      var indices: [Int32] = []
      for place in 0..<size {
        let position = try Self.position(
          Double(place), transform: transform, scale: scale, extents: (extent, size))
        let nearest = try Self.rounded(position, rounding)
        indices.append(Int32(max(0, min(Double(extent - 1), nearest))))
      }
      result = try selected(result, axis: axis, indices)
    }
    return result
  }

  /// Where a pixel of a resized axis lies in the original.
  private static func position(
    _ place: Double, transform: String, scale: Double, extents: (from: Int, to: Int)
  ) throws(ONNXProblem) -> Double {
    switch transform {
    case "asymmetric": place / scale
    case "half_pixel": (place + 0.5) / scale - 0.5
    case "pytorch_half_pixel": extents.to > 1 ? (place + 0.5) / scale - 0.5 : 0
    case "align_corners":
      extents.to > 1 ? place * Double(extents.from - 1) / Double(extents.to - 1) : 0
    default: throw ONNXProblem("coordinate_transformation_mode \(transform) is not supported")
    }
  }

  private static func rounded(_ x: Double, _ mode: String) throws(ONNXProblem) -> Double {
    switch mode {
    case "floor": x.rounded(.down)
    case "ceil": x.rounded(.up)
    case "round_prefer_floor": (x - 0.5).rounded(.up)
    case "round_prefer_ceil": (x + 0.5).rounded(.down)
    default: throw ONNXProblem("nearest_mode \(mode) is not known")
    }
  }
}
