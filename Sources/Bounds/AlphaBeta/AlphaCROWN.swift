import Networks
import Tensors

extension Bounder {
  /// Lower bounds of functions of the output with lower slopes optimised for each function alone.
  ///
  /// Source: as for `SlopeAscent`.
  ///
  /// - Returns: The bounds, `[examples, functions]`.
  /// - Soundness: Every slope that is tried gives a sound bound, and the largest of sound bounds is sound.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func optimizedLowerBounds<S>(
    of functions: OutputFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> T where T == Tensor<S> {
    try lowerBounds(of: functions, state, by: .alphaCROWN)
  }

  /// CROWN bounds of every node, those of the intermediate layers from optimised slopes as well.
  ///
  /// Layers are bounded in order, each neuron with slopes of its own that are optimised for its own bound,
  /// over relaxations from the bounds already optimised. A later layer never has to be bounded again.
  ///
  /// - Parameter known: What is known of nodes already, by node; nothing where empty.
  /// - Soundness: As for `crown(over:knowing:)`.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func alphaCROWN<S>(
    over inputs: InputSet<T>, knowing known: [Interval<T>?] = []
  ) throws(Unsupported) -> BoundState<T> where T == Tensor<S> {
    guard options.optimizesIntermediateBounds else {
      return try crown(over: inputs, knowing: known)
    }
    return try crown(over: inputs, knowing: known) { (pass, selected) throws(Unsupported) in
      try bothBounds(pass, selected, optimizing: true) { (functions) throws(Unsupported) in
        try optimizedLowerBounds(of: functions, pass, options.intermediateSteps)
      }
    }
  }

  /// The best lower bounds of functions over some steps on their slopes, `[rows]`.
  ///
  /// - Soundness: As for `optimizedLowerBounds(of:_:)`.
  func optimizedLowerBounds<S>(
    of functions: LinearFunctions<T>, _ pass: BackwardPass<T>, _ steps: SlopeSteps
  ) throws(Unsupported) -> T where T == Tensor<S> {
    var ascent = try SlopeAscent(functions, pass)
    try ascent.climb(steps, options)
    return ascent.best
  }
}
