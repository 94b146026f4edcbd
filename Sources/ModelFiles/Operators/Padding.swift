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
      guard mode != "wrap" || before >= 0 && after >= 0 else {
        throw ONNXProblem("mode wrap with the negative pads \(amounts) is not defined")
      }
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
    if case .constant(let padded) = result {
      // Picked, not computed: the padding may be infinite.
      let values = zip(padded.values.scalars, mask.values.scalars).map { $1 != 0 ? $0 : value }
      return [.constant(ONNXConstant(values: Tensor(padded.shape, values), type: padded.type))]
    }
    guard value.isFinite else {
      throw ONNXProblem(
        "it pads what depends on the input with \(value); a finite number is needed")
    }
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
}
