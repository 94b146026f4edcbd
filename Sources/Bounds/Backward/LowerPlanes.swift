import Networks
import Tensors

/// Linear functions of the input below functions of the output, the same number for each example.
public struct LowerPlanes<T: TensorAlgebra>: Sendable {
  /// The coefficients, `[examples, functions, inputs]`, the input flattened row-major.
  public var coefficients: T
  /// What is added, `[examples, functions]`.
  public var constants: T
  /// The least value of each over its example's region, `[examples, functions]`.
  public var bounds: T
  /// How much higher each could be without the rounding that was charged to it, roughly, `[examples, functions]`.
  public var paid: T

  /// The planes of several batches in one.
  public init(joining parts: [LowerPlanes]) {
    self.init(
      coefficients: T.concatenated(parts.map(\.coefficients), axis: 0),
      constants: T.concatenated(parts.map(\.constants), axis: 0),
      bounds: T.concatenated(parts.map(\.bounds), axis: 0),
      paid: T.concatenated(parts.map(\.paid), axis: 0))
  }

  init(coefficients: T, constants: T, bounds: T, paid: T) {
    (self.coefficients, self.constants) = (coefficients, constants)
    (self.bounds, self.paid) = (bounds, paid)
  }
}

extension Bounder {
  /// Linear functions of the input below functions of the output, by a backward pass.
  ///
  /// - Soundness: Each plane is at most its function's value for every input of the example's region, and
  ///   its bound at most the plane's, up to rounding.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func lowerPlanes(
    of functions: OutputFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> LowerPlanes<T> {
    let pass = state.relaxedPass
    let parts = try inChunks(functions, examples: state.count) {
      (linear, _) throws(Unsupported) -> LowerPlanes<T> in
      var choice = FixedLines<T>()
      return pass.lowerPlanes(try pass.lowered(linear, &choice))
    }
    return LowerPlanes(joining: parts)
      .reshaped(examples: state.count, functions: functions.count)
  }
}

extension BackwardPass {
  /// The planes that functions have become at the input, one after another: `[rows, inputs]`, `[rows]` and `[rows]`.
  ///
  /// - Soundness: Each bound is at most its plane's value for every input of its example's region, up to rounding.
  func lowerPlanes(_ functions: LoweredFunctions<T>) -> LowerPlanes<T> {
    let (shape, count) = (network.inputShape, functions.exampleOfRow.count)
    return LowerPlanes(
      coefficients: functions.rows.map { T.dense($0, shape).reshaped([count, shape.count]) }
        ?? T.full(0, [count, shape.count]),
      constants: functions.constant, bounds: least(functions),
      paid: functions.paid.reduce(T.full(0, [count])) { $0 - $1 })
  }
}

extension LowerPlanes {
  /// Planes that are ordered example after example, the same number for each.
  public func reshaped(examples: Int, functions: Int) -> LowerPlanes {
    let size = coefficients.shape[coefficients.shape.rank - 1]
    return LowerPlanes(
      coefficients: coefficients.reshaped([examples, functions, size]),
      constants: constants.reshaped([examples, functions]),
      bounds: bounds.reshaped([examples, functions]), paid: paid.reshaped([examples, functions]))
  }
}
