import Networks
import Tensors

extension ONNXImporter {
  /// Any elements of a tensor, counted through; -1 gives 0.
  func picked(_ x: ONNXValue, _ places: [Int32], as target: Shape) throws(ONNXProblem) -> ONNXValue
  {
    let flat = try reshaped(x, [shape(x).count])
    return try reshaped(selected(flat, axis: 0, places), target).kept(as: x)
  }

  /// An index counted from the front.
  private func place(
    _ index: Int, axis: Int, of input: Shape
  ) throws(ONNXProblem) -> Int {
    let place = index < 0 ? index + input[axis] : index
    guard place >= 0, place < input[axis] else {
      throw ONNXProblem("index \(index) is outside axis \(axis) of input \(input)")
    }
    return place
  }

  /// The constant indices of a node.
  func indices(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    guard let indices = try constant(node, 1, "indices") else {
      throw ONNXProblem("it has no indices")
    }
    return indices
  }

  func gather(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let input = shape(x)
    let axis = try axis(node.integer("axis", default: 0), rank: input.rank)
    if case .variable(0)? = try optional(node, 1), case .constant(let table) = x,
      types[node.inputs[1]]?.isInteger == true
    {
      guard axis == 0, input.rank == 2 else {
        throw ONNXProblem("tokens pick from axis \(axis) of \(input), expected rows of a matrix")
      }
      return [try apply(Embedding(table: parameter(table, "table")), .variable(0))]
    }
    let picked = try self.indices(node)
    var indices: [Int32] = []
    for stated in picked.integers {
      indices.append(Int32(try place(stated, axis: axis, of: input)))
    }
    let flat = try selected(x, axis: axis, indices)
    let target = Shape(
      input.dimensions[..<axis] + picked.shape.dimensions + input.dimensions[(axis + 1)...])
    return [try reshaped(flat, target).kept(as: x)]
  }

  func gatherElements(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let picked = try indices(node)
    let places = try elementPlaces(
      picked, in: shape(x), axis: axis(node.integer("axis", default: 0), rank: shape(x).rank))
    return [try self.picked(x, places, as: picked.shape)]
  }

  func gatherND(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let picked = try indices(node)
    let batch = node.integer("batch_dims", default: 0)
    let (places, target) = try slicePlaces(picked, in: shape(x), batch: batch)
    return [try self.picked(x, places, as: target)]
  }

  /// The elements that indices name along one axis, each at its own place on the others, counted through.
  func elementPlaces(
    _ indices: ONNXConstant, in input: Shape, axis: Int
  ) throws(ONNXProblem) -> [Int32] {
    let own = indices.shape
    guard own.rank == input.rank,
      own.dimensions.indices.allSatisfy({ $0 == axis || own[$0] <= input[$0] })
    else { throw ONNXProblem("shape mismatch: indices \(own) for input \(input)") }
    let (steps, strides) = (own.strides, input.strides)
    var places: [Int32] = []
    for (at, index) in indices.integers.enumerated() {
      var place = 0
      for other in 0..<own.rank {
        let along =
          other == axis
          ? try self.place(index, axis: axis, of: input) : at / steps[other] % own[other]
        place += along * strides[other]
      }
      places.append(Int32(place))
    }
    return places
  }

  /// The elements of the slices that the rows of indices name, counted through.
  ///
  /// - Parameter batch: How many leading axes the indices share with the input.
  /// - Returns: The elements, and the shape they have together.
  func slicePlaces(
    _ indices: ONNXConstant, in input: Shape, batch: Int
  ) throws(ONNXProblem) -> (places: [Int32], shape: Shape) {
    let own = indices.shape
    guard batch >= 0, own.rank > batch, own[-1] >= 1, batch + own[-1] <= input.rank,
      own.dimensions.prefix(batch) == input.dimensions.prefix(batch)
    else { throw ONNXProblem("shape mismatch: indices \(own) for input \(input)") }
    let length = own[-1]
    let rest = input.dropping(batch + length)
    let rows = own.count / length
    let rowsOfBatch = own.dimensions[batch..<own.rank - 1].reduce(1, *)
    let target = Shape(own.dimensions.dropLast() + rest.dimensions)
    _ = try checkedElementCount(target.dimensions)
    let (values, strides) = (indices.integers, input.strides)
    var places: [Int32] = []
    for row in 0..<rows {
      var from = row / max(1, rowsOfBatch) * input.dropping(batch).count
      for column in 0..<length {
        let axis = batch + column
        from +=
          try place(values[row * length + column], axis: axis, of: input) * strides[axis]
      }
      places += (from..<from + rest.count).map { Int32($0) }
    }
    return (places, target)
  }
}
