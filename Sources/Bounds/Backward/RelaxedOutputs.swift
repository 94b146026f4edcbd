import Networks
import Tensors

/// Some functions of the output, each for one example.
public struct OwnedFunctions<T: TensorAlgebra>: Sendable {
  /// The coefficients, `[functions, outputs]`.
  public var coefficients: T
  /// The example of each.
  public var owners: [Int32]

  /// Creates functions from their coefficients, `[functions, outputs]`, and the example of each.
  public init(_ coefficients: T, owners: [Int32]) {
    (self.coefficients, self.owners) = (coefficients, owners)
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
  public func relaxedLeast<S>(
    of functions: OwnedFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> RelaxedLeast<T> where T == Tensor<S> {
    let pass = state.relaxedPass
    let shape = network.outputShape
    let ranges = chunks(below: network.output, optimizing: true).ranges(functions.owners.count)
    let parts = try concurrently(ranges) { (range) throws(Unsupported) -> RelaxedLeast<T> in
      let rows = functions.coefficients.sliced(range, axis: 0)
        .reshaped(Shape([range.count] + shape.dimensions))
      let linear = LinearFunctions(
        node: network.output, rows: T.rows(rows, shape), constant: T.full(0, [range.count]),
        owners: Array(functions.owners[range]))
      var tape = SlopeTape<S>(nodes: network.nodes.count)
      let (found, constants) = try pass.lowered(linear) { tape.rows[$0] = $1 }
      return RelaxedLeast(
        planes: pass.lowerPlanes(found, constants, owners: linear.owners),
        outputs: pass.relaxedOutputs(&tape, of: linear))
    }
    let outputs = parts.compactMap(\.outputs)
    return RelaxedLeast(
      planes: LowerPlanes(
        coefficients: T.concatenated(parts.map(\.planes.coefficients), axis: 0),
        constants: T.concatenated(parts.map(\.planes.constants), axis: 0),
        bounds: T.concatenated(parts.map(\.planes.bounds), axis: 0)),
      outputs: outputs.count == parts.count ? T.concatenated(outputs, axis: 0) : nil)
  }
}

extension BackwardPass {
  /// The outputs of the relaxed network, `[rows, outputs]`, where the functions of the last pass are least.
  ///
  /// The minimizing input is carried forward through the lines that the pass chose, as for the derivative of a slope. What
  /// comes out is the derivative of a function's bound by its coefficients.
  func relaxedOutputs<S>(
    _ tape: inout SlopeTape<S>, of functions: LinearFunctions<T>
  ) -> T? where T == Tensor<S> {
    let owners = functions.owners
    guard let first = tape.rows[0] else { return nil }
    var values = [T?](repeating: nil, count: functions.node + 1)
    values[0] = inputs.minimizer(first, shape: network.inputShape, owners: owners, frame: frame)
    for id in network.nodes.indices[...functions.node] where id > 0 {
      guard let rows = tape.rows[id], let operation = network.nodes[id].operation else { continue }
      let before = network.nodes[id].inputs.map { input -> RowBlock<T>? in
        guard var block = tape.rows[input], let value = values[input] else { return nil }
        block.values = value
        return block
      }
      guard let value = forward(operation, id, rows, before, owners, &tape, 0, 0) else {
        return nil
      }
      values[id] = value
    }
    guard var last = tape.rows[functions.node], let value = values[functions.node] else {
      return nil
    }
    last.values = value
    let shape = network.nodes[functions.node].shape
    return T.dense(last, shape).reshaped([owners.count, shape.count])
  }
}
