import Networks
import Tensors

extension Bounder {
  /// Bounds of every output of one region, from both sides.
  ///
  /// Rows begin at one output each and are made chunk by chunk, so a network of many outputs needs no matrix of outputs by
  /// outputs.
  ///
  /// - Parameters:
  ///   - state: What the method knows of the nodes.
  ///   - method: The method.
  /// - Returns: The ends, `[1] + shape of the output`; infinite where the time did not suffice.
  /// - Soundness: Each output lies between its ends for every input of the region, up to rounding.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func outputEnds<S>(
    _ state: BoundState<T>, by method: BoundMethod
  ) throws(Unsupported) -> Interval<Tensor<Double>> where T == Tensor<S> {
    precondition(state.count == 1, "Ends of \(state.count) regions at once")
    let origins = OutputOrigins(network)
    let all = SelectedElements(
      node: origins.node, exampleOfRow: .init(repeating: 0, count: origins.distinct.count),
      elements: origins.distinct)
    let shape = Shape([1] + network.outputShape.dimensions)
    if method == .forward, let known = state.intervals[network.output] {
      return Interval(
        lower: known.lower.valuesBelow.reshaped(shape),
        upper: known.upper.valuesAbove.reshaped(shape))
    }
    let (lower, upper) = try bothBounds(
      state.pass, all, optimizing: method.optimizesLines, rowBound(state, by: method))
    return Interval(
      lower: Tensor(shape, origins.spread(lower)), upper: Tensor(shape, origins.spread(upper)))
  }
}

/// Where the outputs come from when elements are only moved, copied or filled up with zeros at the end of a network.
private struct OutputOrigins {
  /// The last node that computes something.
  private(set) var node: Int
  /// The elements of the node that are outputs, each once and in order.
  let distinct: [Int32]
  /// For each output its place among them; nil where it is 0.
  private let places: [Int?]

  init(_ network: Network) {
    node = network.output
    var moves: [any AffineOperation] = []
    while let operation = network.nodes[node].operation as? any AffineOperation,
      operation is Reshape || operation is Transpose || operation is Selection
    {
      moves.append(operation)
      node = network.nodes[node].inputs[0]
    }
    let shape = network.nodes[node].shape
    // The elements' numbers go the way of the elements, counted from 1 because zeros are filled in.
    var numbers = Tensor<Double>(
      Shape([1] + shape.dimensions), (0..<shape.count).map { Double($0 + 1) })
    let none = Network(input: [1]).parameters(as: Tensor<Double>.self)
    for move in moves.reversed() { numbers = move.linear([numbers], none, magnitude: false) }
    let origins = numbers.scalars.map { Int32($0) - 1 }
    let distinct = Set(origins.filter { $0 >= 0 }).sorted()
    let order = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
    places = origins.map { order[$0] }
    self.distinct = distinct
  }

  /// The values of all outputs, given those of the distinct elements.
  func spread(_ values: [Double]) -> [Double] { places.map { $0.map { values[$0] } ?? 0 } }
}
