import Networks
import Tensors

/// Lower bounds of functions of the output for a batch of regions.
public struct BatchBounds<T: Sendable>: Sendable {
  /// The bounds, `[examples, functions]`.
  public var lower: T
  /// For each example, whether every number on the way was finite; if not, its bounds mean nothing.
  public var isFinite: [Bool]
}

extension Bounder {
  /// What a method knows of every node.
  ///
  /// - Soundness: Each node's interval contains its value for every input of the region, up to rounding.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func state<S>(
    over inputs: InputSet<T>, by method: BoundMethod
  ) throws(Unsupported) -> BoundState<T> where T == Tensor<S> {
    switch method {
    case .ibp, .crownIBP: try intervals(over: inputs, forRows: method.usesLines)
    case .crown: try crown(over: inputs)
    case .alphaCROWN: try alphaCROWN(over: inputs)
    case .forward: try forward(over: inputs)
    }
  }

  /// How a method bounds rows of linear functions of the output, or of a node that is moved to it, from a state of its own.
  ///
  /// - Returns: A function from rows to their lower bounds, `[rows]`.
  /// - Soundness: Each bound is at most the row's value for every input of the example's region, up to rounding.
  func rowBound<S>(
    _ state: BoundState<T>, by method: BoundMethod
  ) -> @Sendable (LinearFunctions<T>) throws(Unsupported) -> T where T == Tensor<S> {
    switch method {
    case .ibp:
      let (pass, boxes) = (state.pass, lastBoxes(state))
      return { (functions) throws(Unsupported) in
        try pass.lowerBounds(of: functions, stoppingAt: boxes)
      }
    case .forward, .crownIBP, .crown:
      let pass = state.relaxedPass
      return { (functions) throws(Unsupported) in try pass.lowerBounds(of: functions) }
    case .alphaCROWN:
      let pass = state.relaxedPass
      return { (functions) throws(Unsupported) in
        try optimizedLowerBounds(of: functions, pass, options.outputSteps)
      }
    }
  }

  /// Lower bounds of functions of the output over regions of which the method's state is known.
  ///
  /// - Returns: The bounds, `[examples, functions]`.
  /// - Soundness: Each bound is at most its function's value for every input of the example's region, up to rounding.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func lowerBounds<S>(
    of functions: OutputFunctions<T>, _ state: BoundState<T>, by method: BoundMethod
  ) throws(Unsupported) -> T where T == Tensor<S> {
    if method == .forward {
      return try forwardLowerBounds(of: functions, over: state.pass.inputs).lower
    }
    let bound = rowBound(state, by: method)
    let bounds = try inChunks(
      functions, examples: state.count, optimizing: method.optimizesLines
    ) { (rows, _) throws(Unsupported) in try bound(rows) }
    return T.concatenated(bounds, axis: 0).reshaped([state.count, functions.count])
  }

  /// Lower bounds of functions of the output over regions, by all that the method does.
  ///
  /// - Soundness: As for `lowerBounds(of:_:by:)`.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func lowerBounds<S>(
    of functions: OutputFunctions<T>, over inputs: InputSet<T>, by method: BoundMethod
  ) throws(Unsupported) -> BatchBounds<T> where T == Tensor<S> {
    // Forward bounds are cut up by the memory that they need.
    if method == .forward { return try forwardLowerBounds(of: functions, over: inputs) }
    let parts = try inParts(inputs, smallest: method.smallestPart) {
      (part, range) throws(Unsupported) -> BatchBounds<T> in
      let state = try state(over: part, by: method)
      return BatchBounds(
        lower: try lowerBounds(of: functions.examples(range), state, by: method),
        isFinite: state.finiteExamples())
    }
    return BatchBounds(joining: parts)
  }
}

extension BatchBounds {
  /// The bounds of several batches in one.
  init<S>(joining parts: [BatchBounds]) where T == Tensor<S> {
    lower = T.concatenated(parts.map(\.lower), axis: 0)
    isFinite = parts.flatMap(\.isFinite)
  }
}
