import Networks
import Tensors

// Elements in another order: blocks of pixels and channels, reversed sequences, triangles; and running sums.

extension ONNXImporter {
  func depthToSpace(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let (input, size) = (shape(x), node.integer("blocksize", default: 0))
    guard input.rank == 4, size > 0, size < 1 << 15, input[1] % (size * size) == 0 else {
      throw ONNXProblem("blocksize \(size) does not divide the channels of input \(input)")
    }
    let channels = input[1] / (size * size)
    let parts: ONNXValue
    switch node.string("mode", default: "DCR") {
    case "DCR":
      parts = try permuted(
        reshaped(x, [input[0], size, size, channels, input[2], input[3]]), [0, 3, 4, 1, 5, 2])
    case "CRD":
      parts = try permuted(
        reshaped(x, [input[0], channels, size, size, input[2], input[3]]), [0, 1, 4, 2, 5, 3])
    case let mode: throw ONNXProblem("mode \(mode) is not known")
    }
    return [try reshaped(parts, [input[0], channels, input[2] * size, input[3] * size])]
  }

  func spaceToDepth(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let (input, size) = (shape(x), node.integer("blocksize", default: 0))
    guard input.rank == 4, size > 0, input[2] % size == 0, input[3] % size == 0 else {
      throw ONNXProblem("blocksize \(size) does not divide the image of input \(input)")
    }
    let (height, width) = (input[2] / size, input[3] / size)
    let orders = ["DCR": [0, 3, 5, 1, 2, 4], "CRD": [0, 1, 3, 5, 2, 4]]
    let mode = node.string("mode", default: "DCR")
    guard let order = orders[mode] else { throw ONNXProblem("mode \(mode) is not known") }
    let blocks = try permuted(
      reshaped(x, [input[0], input[1], height, size, width, size]), order)
    return [try reshaped(blocks, [input[0], input[1] * size * size, height, width])]
  }

  func reverseSequence(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let input = shape(x)
    let batch = try axis(node.integer("batch_axis", default: 1), rank: input.rank)
    let time = try axis(node.integer("time_axis", default: 0), rank: input.rank)
    guard let lengths = try constant(node, 1, "sequence_lens")?.integers,
      batch != time, lengths.count == input[batch],
      lengths.allSatisfy({ $0 >= 0 && $0 <= input[time] })
    else { throw ONNXProblem("sequence_lens do not fit input \(input)") }
    let strides = input.strides
    let places = (0..<input.count).map { place in
      let at = place / strides[time] % input[time]
      let length = lengths[place / strides[batch] % input[batch]]
      return Int32(at < length ? place + (length - 1 - 2 * at) * strides[time] : place)
    }
    return [try picked(x, places, as: input)]
  }

  func triangle(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let input = shape(x)
    guard input.rank >= 2 else { throw ONNXProblem("input \(input), expected matrices") }
    let offset = try number(node, 1, "diagonal") ?? 0
    guard abs(offset) < 1e15 else {
      throw ONNXProblem("its diagonal is out of range")
    }
    let (isUpper, rows, columns) = (node.flag("upper", default: true), input[-2], input[-1])
    let places = (0..<rows * columns).map { place in
      let above = place % columns - place / columns - Int(offset)
      return isUpper ? above >= 0 : above <= 0
    }
    let leads = input.dimensions.dropLast(2)
    let flat = try reshaped(x, Shape(leads + [rows * columns]))
    let kept = try selected(
      flat, axis: leads.count, places.indices.map { places[$0] ? Int32($0) : -1 })
    return [try reshaped(kept, input).kept(as: x)]
  }

  func runningSum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard let stated = try number(node, 1, "axis") else { throw ONNXProblem("it has no axis") }
    let axis = try axis(Int(stated), rank: shape(x).rank)
    let extent = shape(x)[axis]
    let (isExclusive, isReversed) = (node.flag("exclusive"), node.flag("reverse"))
    guard extent <= 8192 else {
      throw ONNXProblem("running sums over \(extent) elements are not supported; 8192 are")
    }
    // Entry k of a sum counts if it comes before the sum's place, or is at it.
    let matrix = (0..<extent * extent).map { place in
      let (k, at) = (place / extent, place % extent)
      let counts = k == at ? !isExclusive : isReversed ? k > at : k < at
      return counts ? 1.0 : 0
    }
    let weight = ONNXConstant(values: Tensor([extent, extent], matrix), kind: .float)
    var order = Array(0..<shape(x).rank)
    order.swapAt(axis, order.count - 1)
    let sums = try product(permuted(x, order), .constant(weight))
    return [try permuted(sums, order).kept(as: x)]
  }
}
