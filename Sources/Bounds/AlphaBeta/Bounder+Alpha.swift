import Networks
import Tensors

extension Bounder {
  /// Lower bounds of functions of the output with lower slopes optimised for each function alone.
  ///
  /// Each step is a backward pass and its adjoint; the best bound of all steps is kept. Rows are
  /// independent, so each chunk is optimised to the end while it is in the cache.
  ///
  /// Source: Xu et al., "Fast and complete: enabling complete neural network verification with rapid and
  /// massively parallel incomplete verifiers" (2021), section 3.1.
  ///
  /// - Returns: The bounds, `[examples, functions]`.
  /// - Soundness: Every slope that is tried gives a sound bound, and the largest of sound bounds is sound.
  public func optimizedLowerBounds<S>(
    of functions: OutputFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> T where T == Tensor<S> {
    let (examples, perExample) = (state.count, functions.count)
    let rows = outputRows(functions, examples: examples)
    let pass = state.relaxedPass
    let ranges = chunks(below: network.output, optimizing: true).ranges(examples * perExample)
    let bounds = try concurrently(ranges) { (range) throws(Unsupported) -> T in
      try optimizedLowerBounds(of: rows(range), pass, options.outputSteps)
    }
    return T.concatenated(bounds, axis: 0).reshaped([examples, perExample])
  }

  /// CROWN bounds of every node, those of the intermediate layers from optimised slopes as well.
  ///
  /// Layers are bounded in order, each neuron with slopes of its own that are optimised for its own bound,
  /// over relaxations from the bounds already optimised. A later layer never has to be bounded again.
  ///
  /// - Parameter known: What is known of nodes already, by node; nothing where empty.
  /// - Soundness: As for `crown(over:knowing:)`.
  public func alphaCROWN<S>(
    over inputs: InputSet<T>, knowing known: [Interval<T>?] = []
  ) throws(Unsupported) -> BoundState<T> where T == Tensor<S> {
    guard options.optimizesIntermediateBounds else {
      return try crown(over: inputs, knowing: known)
    }
    return try crown(over: inputs, knowing: known) { (pass, selected) throws(Unsupported) in
      try bothOptimizedBounds(pass, selected)
    }
  }

  private func bothOptimizedBounds<S>(
    _ pass: BackwardPass<T>, _ selected: SelectedElements
  ) throws(Unsupported) -> (lower: [Double], upper: [Double]) where T == Tensor<S> {
    let ranges = chunks(below: selected.node, optimizing: true).ranges(selected.count)
    let results = try concurrently(ranges) { (range) throws(Unsupported) -> T? in
      if options.isOverdue { return nil }
      let functions = pass.unitFunctions(selected, range)
      return try optimizedLowerBounds(
        of: functions, pass, options.intermediateSteps)
    }
    return bothSides(results, ranges)
  }

  /// The best lower bounds of functions over some steps on their slopes.
  func optimizedLowerBounds<S>(
    of functions: LinearFunctions<T>, _ pass: BackwardPass<T>, _ steps: SlopeSteps
  ) throws(Unsupported) -> T where T == Tensor<S> {
    var tape = SlopeTape<S>(nodes: network.nodes.count)
    var best = try pass.lowerBounds(of: functions, recording: &tape)
    var rate = steps.rate
    for step in 0..<steps.count where !options.isOverdue {
      guard pass.ascend(&tape, of: functions, rate: rate, step: step + 1) else { break }
      best = best.keepingLarger(try pass.lowerBounds(of: functions, recording: &tape))
      rate *= steps.decay
    }
    return best
  }
}

extension Tensor {
  /// The larger of two bounds, element by element; a NaN never wins over a number.
  func keepingLarger(_ other: Tensor) -> Tensor {
    var result = self
    other.withElements { other in
      result.withMutableElements { values in
        for i in values.indices where other[i] > values[i] || values[i].isNaN {
          values[i] = other[i]
        }
      }
    }
    return result
  }
}
