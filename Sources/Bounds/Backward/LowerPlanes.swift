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
}

extension Bounder {
  /// Linear functions of the input below functions of the output, by a backward pass.
  ///
  /// - Soundness: Each plane is at most its function's value for every input of the example's region, and
  ///   its bound at most the plane's, up to rounding.
  public func lowerPlanes(
    of functions: OutputFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> LowerPlanes<T> {
    let (examples, perExample) = (state.count, functions.count)
    let rows = outputRows(functions, examples: examples)
    let pass = state.relaxedPass
    let ranges = chunks(below: network.output).ranges(examples * perExample)
    let parts = try concurrently(ranges) { (range) throws(Unsupported) -> LowerPlanes<T> in
      let functions = rows(range)
      let (found, constants) = try pass.lowered(functions)
      return pass.lowerPlanes(found, constants, owners: functions.owners)
    }
    return LowerPlanes(
      coefficients: T.concatenated(parts.map(\.coefficients), axis: 0),
      constants: T.concatenated(parts.map(\.constants), axis: 0),
      bounds: T.concatenated(parts.map(\.bounds), axis: 0)
    ).reshaped(examples: examples, functions: perExample)
  }
}

extension BackwardPass {
  /// The planes that functions have become at the input, one after another: `[rows, inputs]`, `[rows]` and `[rows]`.
  func lowerPlanes(_ rows: RowBlock<T>?, _ constants: T, owners: [Int32]) -> LowerPlanes<T> {
    let (shape, size) = (network.inputShape, network.inputShape.count)
    guard let rows else {
      let zeros = T.full(0, [owners.count, size])
      return LowerPlanes(coefficients: zeros, constants: constants, bounds: constants)
    }
    let least = inputs.minimum(rows, shape: shape, owners: owners, frame: frame)
    return LowerPlanes(
      coefficients: T.dense(rows, shape).reshaped([owners.count, size]), constants: constants,
      bounds: constants + least)
  }
}

extension LowerPlanes {
  /// Planes that are ordered example after example, the same number for each.
  public func reshaped(examples: Int, functions: Int) -> LowerPlanes {
    let size = coefficients.shape[coefficients.shape.rank - 1]
    return LowerPlanes(
      coefficients: coefficients.reshaped([examples, functions, size]),
      constants: constants.reshaped([examples, functions]),
      bounds: bounds.reshaped([examples, functions]))
  }
}
