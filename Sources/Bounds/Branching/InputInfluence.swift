import Networks
import Tensors

/// A plane below one function of each example, and what keeps it from being higher.
public struct InputInfluence<T: TensorAlgebra>: Sendable {
  /// The planes, one function for each example.
  public var planes: LowerPlanes<T>
  /// How much of the error of the relaxations each input causes, `[examples, inputs]`; nil for a network with relaxations
  /// that are not elementwise.
  public var shares: T?
}

extension Bounder {
  /// Bounds a function below, and estimates how much of the error that relaxations leave in its bound each input causes.
  ///
  /// The error of an activation's lines at the middle of its interval, weighted by the function's coefficient
  /// there, is shared out among the inputs by how far each can move the activation's input to first order.
  /// Halving an input about halves its share. The shares are a guide to splitting, and no bound.
  ///
  /// - Parameter functions: One for each example.
  /// - Soundness: Of the planes, as for `lowerPlanes(of:_:)`.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func influence(
    on functions: OutputFunctions<T>, _ state: BoundState<T>
  ) throws(Unsupported) -> InputInfluence<T> {
    precondition(functions.count == 1, "One function for each example")
    let pass = state.relaxedPass
    var record = RecordedRows<T>(nodes: network.nodes.count)
    let linear = outputRows(functions, examples: state.count)(0..<state.count)
    let planes = pass.lowerPlanes(try pass.lowered(linear, &record))
    return InputInfluence(
      planes: planes.reshaped(examples: state.count, functions: 1),
      shares: errorShares(record.rows, pass, state))
  }

  /// The error's shares of the inputs, from the coefficients that the functions have at each node.
  private func errorShares(
    _ rows: [RowBlock<T>?], _ pass: BackwardPass<T>, _ state: BoundState<T>
  ) -> T? {
    let (examples, inputs) = (state.count, network.inputShape.count)
    var tangents = [T?](repeating: nil, count: network.nodes.count)
    tangents[0] = LinearForms<T>(identityOf: network.inputShape, examples: examples).middle
    let widths = pass.inputs.box.radius.reshaped([examples, inputs, 1])
    var shares = T.full(0, [examples, inputs])
    let last = network.lastReaders
    for (id, node) in network.nodes.enumerated() where id > 0 && rows[id] != nil {
      let before = node.inputs.compactMap { tangents[$0] }
      guard before.count == node.inputs.count else { return nil }
      let size = node.shape.count
      if let relaxation = pass.relaxations[id] {
        guard let lines = (relaxation as? ElementwiseRelaxation<T>)?.lines,
          let interval = state.intervals[node.inputs[0]], let row = rows[id]
        else { return nil }
        let middle = interval.center.inRowLayout(node.shape)
        var error = (lines.upperSlope - lines.lowerSlope) * middle + lines.upperIntercept
        if let lower = lines.lowerIntercept { error = error - lower }
        error = error.fromRowLayout(node.shape) * T.dense(row, node.shape).magnitude()
        let reach = before[0].reshaped([examples, inputs, size]).magnitude() * widths
        let whole = reach.reduced(.sum, axis: 1)
          .maximum(T.full(OutwardRounding(to: T.self).leastNormal, [1]))
        shares =
          shares
          + (reach / whole).product(error.reshaped([examples, size, 1]))
          .reshaped([examples, inputs])
        let slopes = lines.upperSlope.fromRowLayout(node.shape)
          .reshaped([examples, 1, size])
        tangents[id] = (before[0].reshaped([examples, inputs, size]) * slopes)
          .reshaped(before[0].shape)
      } else if let affine = node.operation as? any AffineOperation {
        tangents[id] = affine.linear(before, parameters, magnitude: false)
      } else {
        return nil
      }
      for input in node.inputs where last[input] == id { tangents[input] = nil }
    }
    return shares
  }
}

extension BackwardAlgebra {
  /// Values of a node, `[n] + shape`, from the layout that rows of the node have.
  fileprivate func fromRowLayout(_ shape: Shape) -> Self {
    guard Self.usesWindows, shape.image != nil else { return self }
    return transposed([0, 3, 1, 2]).reshaped(Shape([self.shape[0]] + shape.dimensions))
  }
}
