import Networks
import Tensors

extension ONNXImporter {
  func scatterElements(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (x, updates) = (try input(node, 0), try input(node, 2))
    let picked = try indices(node)
    let places = try elementPlaces(
      picked, in: shape(x), axis: axis(node.integer("axis", default: 0), rank: shape(x).rank))
    return [try replacing(places, of: x, by: updates, node)]
  }

  func scatterND(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (x, updates) = (try input(node, 0), try input(node, 2))
    let (places, target) = try slicePlaces(indices(node), in: shape(x), batch: 0)
    guard shape(updates) == target else {
      throw ONNXProblem("shape mismatch: updates \(shape(updates)), expected \(target)")
    }
    return [try replacing(places, of: x, by: updates, node)]
  }

  /// A tensor with some elements replaced by others or, where the node says so, increased by them.
  private func replacing(
    _ places: [Int32], of x: ONNXValue, by updates: ONNXValue, _ node: ONNXNode
  ) throws(ONNXProblem) -> ONNXValue {
    guard shape(updates).count == places.count else {
      throw ONNXProblem("\(shape(updates)) updates for \(places.count) places")
    }
    let count = shape(x).count
    let all = try joined(
      [reshaped(x, [count]), reshaped(updates, [places.count])], axis: 0)
    switch node.string("reduction", default: "none") {
    case "none":
      guard Set(places).count == places.count else {
        throw ONNXProblem("an element is replaced twice; which comes last is not defined")
      }
      var sources = (0..<Int32(count)).map { $0 }
      for (at, place) in places.enumerated() { sources[Int(place)] = Int32(count + at) }
      return try picked(all, sources, as: shape(x)).kept(as: x)
    case "add":
      var sums = (0..<Int32(count)).map { [Resampling.Term($0, 1)] }
      for (at, place) in places.enumerated() {
        sums[Int(place)].append(Resampling.Term(Int32(count + at), 1))
      }
      return try reshaped(apply(Resampling(axis: 0, sums: sums), all), shape(x))
    case "mul":
      return try combining(places, of: x, with: updates) { (a, b) throws(ONNXProblem) in
        try multiply(a, b)
      }
    case "max":
      return try combining(places, of: x, with: updates) { (a, b) throws(ONNXProblem) in
        try maximum(a, b)
      }
    case "min":
      return try combining(places, of: x, with: updates) { (a, b) throws(ONNXProblem) in
        try minimum(a, b)
      }
    case let other: throw ONNXProblem("reduction \(other) is not known")
    }
  }

  /// A tensor with some elements combined with others, those of one element one after the other.
  private func combining(
    _ places: [Int32], of x: ONNXValue, with updates: ONNXValue,
    _ combine: (ONNXValue, ONNXValue) throws(ONNXProblem) -> ONNXValue
  ) throws(ONNXProblem) -> ONNXValue {
    let count = shape(x).count
    var result = try reshaped(x, [count])
    let flat = try reshaped(updates, [places.count])
    var waiting = Array(places.indices)
    while !waiting.isEmpty {
      var taken: Set<Int32> = []
      let round = waiting.filter { taken.insert(places[$0]).inserted }
      let left = Set(waiting).subtracting(round)
      waiting = waiting.filter(left.contains)
      let old = try selected(result, axis: 0, round.map { places[$0] })
      let new = try combine(old, selected(flat, axis: 0, round.map { Int32($0) }))
      var sources = (0..<Int32(count)).map { $0 }
      for (at, update) in round.enumerated() { sources[Int(places[update])] = Int32(count + at) }
      result = try selected(joined([result, new], axis: 0), axis: 0, sources)
    }
    return try reshaped(result, shape(x))
  }
}
