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
  public func outputEnds<S>(
    _ state: BoundState<T>, by method: BoundMethod
  ) throws(Unsupported) -> Interval<Tensor<Double>> where T == Tensor<S> {
    precondition(state.count == 1, "Ends of \(state.count) regions at once")
    let count = network.outputShape.count
    let all = SelectedElements(
      node: network.output, owners: .init(repeating: 0, count: count),
      elements: (0..<Int32(count)).map { $0 })
    let shape = Shape([1] + network.outputShape.dimensions)
    if method == .forward, let known = state.intervals[network.output] {
      return Interval(
        lower: known.lower.values.reshaped(shape), upper: known.upper.values.reshaped(shape))
    }
    let boxes = method == .ibp ? lastBoxes(state) : [:]
    let pass = method == .ibp ? state.pass : state.relaxedPass
    let isOptimizing = method == .alphaCROWN
    let ranges = chunks(below: network.output, optimizing: isOptimizing).ranges(count)
    let results = try concurrently(ranges) { (range) throws(Unsupported) -> T? in
      if options.isOverdue { return nil }
      let functions = pass.unitFunctions(all, range)
      return isOptimizing
        ? try optimizedLowerBounds(of: functions, pass, options.outputSteps)
        : try pass.lowerBounds(of: functions, stoppingAt: boxes)
    }
    let (lower, upper) = bothSides(results, ranges)
    return Interval(lower: Tensor(shape, lower), upper: Tensor(shape, upper))
  }
}
