import Networks
import Tensors

/// Linear functions of the flattened output, the same number for each example.
public struct OutputFunctions<T: TensorAlgebra>: Sendable {
  /// The coefficients, `[examples, functions, outputs]`.
  public var coefficients: T

  /// Creates functions from their coefficients, `[examples, functions, outputs]`.
  public init(_ coefficients: T) { self.coefficients = coefficients }

  /// The number of functions of an example.
  public var count: Int { coefficients.shape[1] }

  /// Every output and its negation, in this order: lower bounds of these are both bounds of the outputs.
  public static func outputsAndNegations(_ outputs: Int, examples: Int) -> OutputFunctions {
    var identity = Tensor<Double>(repeating: 0, [1, 2 * outputs, outputs])
    for i in 0..<outputs {
      identity[0, i, i] = 1
      identity[0, outputs + i, i] = -1
    }
    return OutputFunctions(T(identity).broadcast(to: [examples, 2 * outputs, outputs]))
  }

  /// The margins of a label over every other class: `Y_label - Y_j`, every other `j` in order.
  public static func margins(labels: [Int], classes: Int) -> OutputFunctions {
    var rows = Tensor<Double>(repeating: 0, [labels.count, classes - 1, classes])
    for (example, label) in labels.enumerated() {
      for (row, other) in (0..<classes).filter({ $0 != label }).enumerated() {
        rows[example, row, label] = 1
        rows[example, row, other] = -1
      }
    }
    return OutputFunctions(T(rows))
  }
}

extension Bounder {
  /// Lower bounds of functions of the output, by a backward pass to the input.
  ///
  /// - Returns: The bounds, `[examples, functions]`.
  /// - Soundness: Each bound is at most its function's value for every input of the example's region, up to
  ///   rounding.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func lowerBounds(
    of functions: OutputFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> T {
    try lowerBounds(of: functions, state, state.relaxedPass)
  }

  /// Lower bounds of functions of the output from the intervals alone.
  ///
  /// The functions are first carried back through the affine operations at the end of the network, so that
  /// a margin is bounded as one function and not as a difference of two bounds.
  ///
  /// - Returns: The bounds, `[examples, functions]`.
  /// - Soundness: As for `lowerBounds(of:_:)`.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func intervalLowerBounds(
    of functions: OutputFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> T {
    try lowerBounds(of: functions, state, state.pass, stoppingAt: lastBoxes(state))
  }

  /// The boxes at which functions of the output end that are carried back through the affine operations after them.
  func lastBoxes(_ state: BoundState<T>) -> [Int: InputFrame<T>] {
    var boxes: [Int: InputFrame<T>] = [:]
    var isOpen = [Bool](repeating: false, count: network.nodes.count)
    isOpen[network.output] = true
    for id in network.nodes.indices.reversed() where isOpen[id] {
      let node = network.nodes[id]
      if node.operation is any AffinelyPropagating {
        // Two paths that meet again would have to be bounded as one; intervals treat them apart anyway.
        for input in node.inputs { isOpen[input] = true }
      } else if let interval = state.intervals[id] {
        boxes[id] = InputFrame(interval, shape: node.shape)
      }
    }
    return boxes
  }

  private func lowerBounds(
    of functions: OutputFunctions<T>, _ state: BoundState<T>, _ pass: BackwardPass<T>,
    stoppingAt boxes: [Int: InputFrame<T>] = [:]
  ) throws(Unsupported) -> T {
    let (examples, perExample) = (state.count, functions.count)
    guard T.exampleBlock == 1 else {
      let bounds = try pass.lowerBounds(
        of: blockRows(functions, examples: examples), stoppingAt: boxes)
      return bounds.reshaped([perExample, bounds.shape.count / max(1, perExample)])
        .sliced(0..<examples, axis: 1).transposed([1, 0])
    }
    let bounds = try inChunks(functions, examples: examples) { (linear, _) throws(Unsupported) in
      try pass.lowerBounds(of: linear, stoppingAt: boxes)
    }
    return T.concatenated(bounds, axis: 0).reshaped([examples, perExample])
  }

  /// Calls `body` with rows of functions of the output, chunk by chunk and on all workers, and with the range that each
  /// chunk is of all rows, example after example.
  ///
  /// - Parameter optimizing: Whether the lines of the rows are optimised.
  func inChunks<Result: Sendable>(
    _ functions: OutputFunctions<T>, examples: Int, optimizing: Bool = false,
    _ body: @Sendable (LinearFunctions<T>, Range<Int>) throws(Unsupported) -> Result
  ) throws(Unsupported) -> [Result] {
    let rows = outputRows(functions, examples: examples)
    let ranges = chunks(below: network.output, optimizing: optimizing)
      .ranges(examples * functions.count)
    return try concurrently(ranges) { (range) throws(Unsupported) in try body(rows(range), range) }
  }

  /// All functions, ordered as number systems want them that keep examples side by side.
  private func blockRows(_ functions: OutputFunctions<T>, examples: Int) -> LinearFunctions<T> {
    let (shape, block) = (network.outputShape, T.exampleBlock)
    let lanes = (0..<(examples + block - 1) / block * block).map { Int32(min($0, examples - 1)) }
    let count = functions.count * lanes.count
    let rows = functions.coefficients.transposed([1, 0, 2]).gathered(lanes, axis: 1)
      .reshaped(Shape([count] + shape.dimensions))
    return LinearFunctions(
      node: network.output, rows: T.rows(rows, shape), constant: T.full(0, [count]),
      exampleOfRow: (0..<functions.count).flatMap { _ in lanes })
  }

  /// Makes the functions of a range of rows, example after example.
  func outputRows(
    _ functions: OutputFunctions<T>, examples: Int
  ) -> @Sendable (Range<Int>) -> LinearFunctions<T> {
    let (output, shape, perExample) = (network.output, network.outputShape, functions.count)
    let flat = functions.coefficients.reshaped([examples * perExample, shape.count])
    return { range in
      LinearFunctions(
        node: output,
        rows: T.rows(
          flat.sliced(range, axis: 0).reshaped(Shape([range.count] + shape.dimensions)), shape),
        constant: T.full(0, [range.count]), exampleOfRow: range.map { Int32($0 / perExample) })
    }
  }
}
