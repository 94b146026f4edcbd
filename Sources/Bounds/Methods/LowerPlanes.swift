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
    let (shape, size) = (network.inputShape, network.inputShape.count)
    let ranges = chunks(below: network.output).ranges(examples * perExample)
    let parts = try concurrently(ranges) { (range) throws(Unsupported) -> LowerPlanes<T> in
      let functions = rows(range)
      let (found, constants) = try pass.lowered(functions)
      guard let found else {
        let zeros = T.full(0, [range.count, size])
        return LowerPlanes(coefficients: zeros, constants: constants, bounds: constants)
      }
      let least = pass.inputs.minimum(
        found, shape: shape, owners: functions.owners, frame: pass.frame)
      return LowerPlanes(
        coefficients: T.dense(found, shape).reshaped([range.count, size]), constants: constants,
        bounds: constants + least)
    }
    return LowerPlanes(
      coefficients: T.concatenated(parts.map(\.coefficients), axis: 0)
        .reshaped([examples, perExample, size]),
      constants: T.concatenated(parts.map(\.constants), axis: 0).reshaped([examples, perExample]),
      bounds: T.concatenated(parts.map(\.bounds), axis: 0).reshaped([examples, perExample]))
  }
}
