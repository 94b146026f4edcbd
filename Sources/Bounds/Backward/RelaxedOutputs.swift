import Networks
import Tensors

/// Some functions of the output, each for one example.
public struct OwnedFunctions<T: TensorAlgebra>: Sendable {
  /// The coefficients, `[functions, outputs]`.
  public var coefficients: T
  /// The example of each.
  public var exampleOfRow: [Int32]

  /// Creates functions from their coefficients, `[functions, outputs]`, and the example of each.
  public init(_ coefficients: T, exampleOfRow: [Int32]) {
    (self.coefficients, self.exampleOfRow) = (coefficients, exampleOfRow)
  }
}

/// Planes below functions, and where the relaxed network reaches the least value of each.
public struct RelaxedLeast<T: TensorAlgebra>: Sendable {
  /// The planes, one for each function: `[functions, inputs]`, `[functions]` and `[functions]`.
  public var planes: LowerPlanes<T>
  /// The outputs of the relaxed network, `[functions, outputs]`; nil where an operation cannot be carried through.
  ///
  /// With them any other function of the same example has a value that its own bound does not exceed: what a bound gains
  /// by other weights is at most what the function gains there.
  public var outputs: T?
}

extension Bounder {
  /// Linear functions of the input below functions of the output, and the outputs at which the relaxed network reaches their
  /// least values.
  ///
  /// - Soundness: Of the planes, as for `lowerPlanes(of:_:)`. The outputs are those of the relaxed network, not of the
  ///   network.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func relaxedLeast<S>(
    of functions: OwnedFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> RelaxedLeast<T> where T == Tensor<S> {
    let pass = state.relaxedPass
    let shape = network.outputShape
    let ranges = chunks(below: network.output, optimizing: true).ranges(
      functions.exampleOfRow.count)
    let parts = try concurrently(ranges) { (range) throws(Unsupported) -> RelaxedLeast<T> in
      let rows = functions.coefficients.sliced(range, axis: 0)
        .reshaped(Shape([range.count] + shape.dimensions))
      let linear = LinearFunctions(
        node: network.output, rows: T.rows(rows, shape), constant: T.full(0, [range.count]),
        exampleOfRow: Array(functions.exampleOfRow[range]))
      var record = RecordedRows<T>(nodes: network.nodes.count)
      let found = try pass.lowered(linear, &record)
      var tape = SlopeTape<S>(rows: record.rows)
      return RelaxedLeast(
        planes: pass.lowerPlanes(found), outputs: pass.relaxedOutputs(&tape, of: linear))
    }
    let outputs = parts.compactMap(\.outputs)
    return RelaxedLeast(
      planes: LowerPlanes(joining: parts.map(\.planes)),
      outputs: outputs.count == parts.count ? T.concatenated(outputs, axis: 0) : nil)
  }
}
