import Networks
import Tensors

// The adjoint of a walk: the minimizing input of each row is carried forward through the lines that the row chose. The
// derivative of a row's bound by a lower slope is its coefficient at the activation's output, where positive, times the
// activation's input there; by its coefficients at the end, the value there.

extension BackwardPass {
  /// Raises the bounds of the last walk by one step on the lines and multipliers that its rows chose.
  ///
  /// - Returns: Whether every operation on the way could be carried through.
  func ascend<S>(
    _ tape: inout SlopeTape<S>, of functions: LinearFunctions<T>, _ step: SlopeStep
  ) -> Bool where T == Tensor<S> {
    let (end, exampleOfRow) = (functions.node, functions.exampleOfRow)
    guard let values = carried(before: end, &tape, exampleOfRow, step) else { return false }
    // Nothing reads the value of the functions' own node, but its slopes are raised if it has any.
    if tape.slopes[end] != nil || tape.curves[end] != nil {
      _ = forward(to: end, values, &tape, exampleOfRow, step)
    }
    return true
  }

  /// The outputs of the relaxed network, `[rows, outputs]`, where the functions of the last walk are least.
  ///
  /// They are the derivatives of a function's bound by its coefficients.
  ///
  /// - Returns: nil where an operation on the way cannot be carried through.
  func relaxedOutputs<S>(
    _ tape: inout SlopeTape<S>, of functions: LinearFunctions<T>
  ) -> T? where T == Tensor<S> {
    let (end, exampleOfRow) = (functions.node, functions.exampleOfRow)
    guard let values = carried(before: end, &tape, exampleOfRow, nil),
      let value = forward(to: end, values, &tape, exampleOfRow, nil), var last = tape.rows[end]
    else { return nil }
    last.values = value
    let shape = network.nodes[end].shape
    return T.dense(last, shape).reshaped([exampleOfRow.count, shape.count])
  }

  /// The values of the nodes that a node reads where the last walk's functions are least, each laid out as the rows are; those
  /// that are read no more are nil.
  ///
  /// - Parameter step: A step to take on the lines and multipliers on the way; none where nil.
  private func carried<S>(
    before end: Int, _ tape: inout SlopeTape<S>, _ exampleOfRow: [Int32], _ step: SlopeStep?
  ) -> [T?]? where T == Tensor<S> {
    guard let first = tape.rows[0] else { return nil }
    var values = [T?](repeating: nil, count: end + 1)
    values[0] = inputs.minimizer(
      first, shape: network.inputShape, exampleOfRow: exampleOfRow, frame: frame)
    let last = lastUses(tape, upTo: end)
    for id in 0..<end where id > 0 {
      guard let rows = tape.rows[id] else { continue }
      guard let value = forward(to: id, values, &tape, exampleOfRow, step) else { return nil }
      values[id] = value
      if let step, !tape.multipliers[id].isEmpty {
        value.withElements {
          raise(
            &tape.multipliers[id], at: $0, size: value.count / max(1, rows.count),
            Adam(rate: step.rate, step: step.number))
        }
      }
      for input in network.nodes[id].inputs where last[input] == id { values[input] = nil }
    }
    return values
  }

  private func lastUses<S>(_ tape: SlopeTape<S>, upTo node: Int) -> [Int] where T == Tensor<S> {
    var last = [Int](repeating: 0, count: node + 1)
    for id in 0...node where tape.rows[id] != nil {
      for input in network.nodes[id].inputs { last[input] = id }
    }
    return last
  }

  /// The value of one node from those before it, where the last pass's function is least.
  ///
  /// - Parameters:
  ///   - values: The values of the nodes before, laid out as the tape's rows are.
  ///   - step: A step to take on the lines on the way; none where nil.
  private func forward<S>(
    to id: Int, _ values: [T?], _ tape: inout SlopeTape<S>, _ exampleOfRow: [Int32],
    _ step: SlopeStep?
  ) -> T? where T == Tensor<S> {
    guard let rows = tape.rows[id] else { return nil }
    var inputs: [RowBlock<T>] = []
    for input in network.nodes[id].inputs {
      guard var block = tape.rows[input], let value = values[input] else { return nil }
      block.values = value
      inputs.append(block)
    }
    if let relaxation = relaxations[id] {
      if let maximum = relaxation as? RectifiedDifference<T>, maximum.isElementwise {
        let parts = inputs[1...].map { $0.values(at: rows.placement) }
        return maximum.isMinimum ? parts[0] - parts[1] : parts[0] + parts[1]
      }
      guard let elementwise = relaxation as? ElementwiseRelaxation<T>, let input = inputs.first
      else {
        return relaxation.forward(rows, inputs: inputs, exampleOfRow: exampleOfRow)
      }
      let value = input.values(at: rows.placement)
      return raising(elementwise, at: id, rows, value, &tape, exampleOfRow, step)
    }
    guard let affine = network.nodes[id].operation as? any AffineOperation else { return nil }
    let shapes = NodeShapes(network, id)
    if let convolution = affine as? Convolution, convolution.geometry.groups == 1,
      let target = rows.placement, inputs[0].placement != nil
    {
      return T.forwardConvolution(
        inputs[0], to: target, kernel: parameters[convolution.weight].shape,
        taps: convolution.forwardTaps(parameters), bias: convolution.bias.map { parameters[$0] },
        convolution.geometry)
    }
    if let add = affine as? Add, shapes.inputs.allSatisfy({ $0 == shapes.output }) {
      let (a, b) = (inputs[0].values(at: rows.placement), inputs[1].values(at: rows.placement))
      return add.isDifference ? a - b : a + b
    }
    let dense = zip(inputs, shapes.inputs).map { T.dense($0, $1) }
    let output = T.rows(affine.evaluate(dense, parameters), shapes.output)
    return output.values(at: rows.placement)
  }

  /// The value of an activation at its input's, through the lines that each row has, which are raised afterwards.
  private func raising<S>(
    _ relaxation: ElementwiseRelaxation<T>, at id: Int, _ rows: RowBlock<T>, _ value: T,
    _ tape: inout SlopeTape<S>, _ exampleOfRow: [Int32], _ step: SlopeStep?
  ) -> T where T == Tensor<S> {
    if var curve = tape.curves[id] {
      let output = T.relaxedForward(rows, value, curve.lines, exampleOfRow: curve.exampleOfLine)
      guard let step else { return output }
      tape.curves[id] = nil
      curve.ascend(coefficients: rows.values, values: value, step)
      tape.curves[id] = curve
      return output
    }
    let output = T.relaxedForward(
      rows, value, relaxation.lines.withSlopes(tape.slopes[id]?.slopes), exampleOfRow: exampleOfRow)
    if let step, let range = relaxation.slopeRange {
      tape.slopes[id]?.ascend(
        rows, values: value, intercepts: relaxation.lines.upperIntercept,
        exampleOfRow: exampleOfRow,
        within: range, step)
    }
    return output
  }
}

extension RowBlock {
  /// The values cut or widened to a placement.
  func values<S>(at target: Placement?) -> T where T == Tensor<S> {
    guard let target, let placement, placement != target else { return values }
    return moved(to: target)
  }
}

extension InputSet {
  /// A point of each row's region at which the bound that `minimum` returns is attained.
  func minimizer<S>(
    _ rows: RowBlock<T>, shape: Shape, exampleOfRow: [Int32], frame: InputFrame<T>
  ) -> T where T == Tensor<S> {
    let corner = T.minimizer(
      rows, center: frame.center, radius: frame.radius, exampleOfRow: exampleOfRow)
    guard let balls else { return corner }
    let overBox = T.minimum(
      rows, center: frame.center, radius: frame.radius, exampleOfRow: exampleOfRow)
    let overBoth = minimum(rows, shape: shape, exampleOfRow: exampleOfRow, frame: frame)
    let dense = T.dense(rows, shape)
    let n = [dense.shape[0]] + [Int](repeating: 1, count: shape.rank)
    let center = balls.center.gathered(exampleOfRow, axis: 0)
    let radius = balls.radius.gathered(exampleOfRow, axis: 0).reshaped(Shape(n))
    let direction: T
    switch balls.norm {
    case .two:
      let length = dense.applying(.square).rowSums().applying(.squareRoot).reshaped(Shape(n))
      direction = dense / length.maximum(T.full(Double(S.leastNormalMagnitude), [1]))
    case .one:
      let flat = dense.magnitude().reshaped([dense.shape[0], shape.count])
      let largest = flat.combined(.equal, flat.reduced(.maximum, axis: 1)).reshaped(dense.shape)
      direction = dense.applying(.sign) * largest / largest.rowSums().reshaped(Shape(n))
    case .infinity: direction = dense.applying(.sign)
    }
    let onBall: T = T.rows(center - direction * radius, shape).values(at: rows.placement)
    // Each row follows the bound that is the larger of its two.
    let usesBall = overBox.combined(.less, overBoth)
    let mask = usesBall.reshaped(Shape([n[0]] + [Int](repeating: 1, count: onBall.shape.rank - 1)))
    return onBall * mask + corner * (mask * -1 + 1)
  }
}
