import Networks
import Tensors

/// What a backward pass with slopes of its own remembers for its adjoint.
struct SlopeTape<S: TensorScalar>: Sendable {
  /// The coefficients at the output of each node that the pass visited.
  var rows: [RowBlock<Tensor<S>>?]
  /// The lower slopes of each optimised activation, laid out as its rows are.
  var slopes: [Tensor<S>?]
  /// The optimiser's state for each of them.
  var moments: [SlopeMoments<S>?]
  /// The lines of each optimised curve.
  var curves: [CurveLines<S>?]
  /// The multipliers of the splits at each node.
  var multipliers: [[SplitMultiplier<S>]]

  init(nodes: Int) {
    rows = .init(repeating: nil, count: nodes)
    slopes = .init(repeating: nil, count: nodes)
    moments = .init(repeating: nil, count: nodes)
    curves = .init(repeating: nil, count: nodes)
    multipliers = .init(repeating: [], count: nodes)
  }
}

extension BackwardPass {
  /// Lower bounds as `lowerBounds(of:)` computes them, with the tape's slopes where it has any.
  ///
  /// - Soundness: Every slope within an activation's range gives a sound lower line, so the bounds hold for
  ///   whatever slopes the tape has, over those inputs that have the signs of its splits.
  func lowerBounds<S>(
    of functions: LinearFunctions<T>, recording tape: inout SlopeTape<S>
  ) throws(Unsupported) -> T where T == Tensor<S> {
    var pending = [RowBlock<T>?](repeating: nil, count: functions.node + 1)
    pending[functions.node] = functions.rows
    var constant = functions.constant
    let owners = functions.owners
    for id in stride(from: functions.node, through: 0, by: -1) {
      guard var rows = pending[id] else { continue }
      pending[id] = nil
      rows.subtract(
        &tape.multipliers[id], size: network.nodes[id].shape.count, constant: &constant)
      tape.rows[id] = rows
      guard network.nodes[id].operation != nil else {
        return constant
          + inputs.minimum(rows, shape: network.inputShape, owners: owners, frame: frame)
      }
      let step: (inputs: [RowBlock<T>], constant: T?)
      if let curve = ownCurve(at: id, rows, owners, &tape) {
        let (result, added) = T.relaxed(rows, curve.lines, owners: curve.lineOwners)
        step = ([result], added)
      } else if let lines = ownLines(at: id, rows, owners, &tape) {
        let (result, added) = T.relaxed(rows, lines, owners: owners)
        step = ([result], added)
      } else {
        step = try backward(rows, at: id, owners: owners)
      }
      if let added = step.constant { constant = constant + added }
      for (input, rows) in zip(network.nodes[id].inputs, step.inputs) {
        pending[input] = pending[input].map { T.sum($0, rows) } ?? rows
      }
    }
    return constant
  }

  private func ownCurve<S>(
    at id: Int, _ rows: RowBlock<T>, _ owners: [Int32], _ tape: inout SlopeTape<S>
  ) -> CurveLines<S>? where T == Tensor<S> {
    guard let relaxation = relaxations[id] as? ElementwiseRelaxation<T>, relaxation.curve != nil,
      rows.placement?.isWhole ?? true
    else {
      tape.curves[id] = nil
      return nil
    }
    // Lines to start from are laid out as whole rows; windows, which are smaller, cannot use them.
    if tape.curves[id]?.count != rows.values.count {
      tape.curves[id] = CurveLines(relaxation, rows: rows.values.shape, owners: owners)
    }
    return tape.curves[id]
  }

  private func ownLines<S>(
    at id: Int, _ rows: RowBlock<T>, _ owners: [Int32], _ tape: inout SlopeTape<S>
  ) -> Lines<T>? where T == Tensor<S> {
    guard let relaxation = relaxations[id] as? ElementwiseRelaxation<T>,
      relaxation.slopeRange != nil
    else { return nil }
    // Slopes to start from are laid out as whole rows; windows, which are smaller, cannot use them.
    if tape.slopes[id]?.count != rows.values.count {
      tape.slopes[id] = T.slopesByRow(rows, relaxation.lines, owners: owners)
      tape.moments[id] = SlopeMoments(rows.values.shape)
    }
    return relaxation.lines.withSlopes(tape.slopes[id])
  }

  /// Carries the minimizing inputs forward through the lines that the last pass chose, and raises the
  /// bounds by one step on the slopes on the way.
  ///
  /// The derivative of a row's bound by a lower slope is its coefficient at the activation's output, where
  /// positive, times the activation's input at the minimizing point: the adjoint of the backward pass.
  ///
  /// - Returns: Whether every operation on the way could be carried through.
  func ascend<S>(
    _ tape: inout SlopeTape<S>, of functions: LinearFunctions<T>, rate: Double, step: Int
  ) -> Bool where T == Tensor<S> {
    let owners = functions.owners
    var values = [T?](repeating: nil, count: functions.node + 1)
    guard let first = tape.rows[0] else { return false }
    values[0] = inputs.minimizer(first, shape: network.inputShape, owners: owners, frame: frame)
    let last = lastUses(tape, upTo: functions.node)
    for id in 0..<functions.node where id > 0 {
      guard let rows = tape.rows[id], let operation = network.nodes[id].operation else { continue }
      let inputs = network.nodes[id].inputs.map { input -> RowBlock<T>? in
        guard var block = tape.rows[input], let value = values[input] else { return nil }
        block.values = value
        return block
      }
      guard let value = forward(operation, id, rows, inputs, owners, &tape, rate, step) else {
        return false
      }
      values[id] = value
      if !tape.multipliers[id].isEmpty {
        value.withElements {
          Bounds.ascend(
            &tape.multipliers[id], values: $0, size: value.count / max(1, rows.count),
            MultiplierStep(rate: rate, step: step))
        }
      }
      for input in network.nodes[id].inputs where last[input] == id { values[input] = nil }
    }
    // Nothing reads the value of the functions' own node, but its slopes are raised if it has any.
    let end = functions.node
    if tape.slopes[end] != nil || tape.curves[end] != nil, let rows = tape.rows[end],
      let operation = network.nodes[end].operation, let input = network.nodes[end].inputs.first,
      let value = values[input], var block = tape.rows[input]
    {
      block.values = value
      _ = forward(operation, end, rows, [block], owners, &tape, rate, step)
    }
    return true
  }

  private func lastUses<S>(_ tape: SlopeTape<S>, upTo node: Int) -> [Int] {
    var last = [Int](repeating: 0, count: node + 1)
    for id in 0...node where tape.rows[id] != nil {
      for input in network.nodes[id].inputs { last[input] = id }
    }
    return last
  }

  /// The value of one node from those before it, where the last pass's function is least.
  ///
  /// - Parameter step: The number of the step on the slopes, from 1; none is made where 0.
  func forward<S>(
    _ operation: any Operation, _ id: Int, _ rows: RowBlock<T>, _ inputs: [RowBlock<T>?],
    _ owners: [Int32], _ tape: inout SlopeTape<S>, _ rate: Double, _ step: Int
  ) -> T? where T == Tensor<S> {
    guard !inputs.contains(where: { $0 == nil }) else { return nil }
    let inputs = inputs.compactMap { $0 }
    if let relaxation = relaxations[id] {
      if let maximum = relaxation as? RectifiedDifference<T>, maximum.isElementwise {
        let parts = inputs[1...].map { $0.values(at: rows.placement) }
        return maximum.isMinimum ? parts[0] - parts[1] : parts[0] + parts[1]
      }
      guard let elementwise = relaxation as? ElementwiseRelaxation<T>, let input = inputs.first
      else {
        return relaxation.forward(rows, inputs: inputs, owners: owners)
      }
      let value = input.values(at: rows.placement)
      if var curve = tape.curves[id] {
        let output = T.relaxedForward(rows, value, curve.lines, owners: curve.lineOwners)
        guard step > 0 else { return output }
        tape.curves[id] = nil
        curve.ascend(coefficients: rows.values, values: value, rate: rate, step: step)
        tape.curves[id] = curve
        return output
      }
      guard let range = elementwise.slopeRange, var slopes = tape.slopes[id] else {
        return T.relaxedForward(rows, value, elementwise.lines, owners: owners)
      }
      let lines = elementwise.lines.withSlopes(slopes)
      let output = T.relaxedForward(rows, value, lines, owners: owners)
      guard step > 0 else { return output }
      tape.slopes[id] = nil
      tape.moments[id]?.ascend(
        &slopes, rows, values: value, lines, owners: owners, within: range, rate: rate, step: step)
      tape.slopes[id] = slopes
      return output
    }
    guard let affine = operation as? any AffineOperation else { return nil }
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
}

extension Lines {
  /// The lines with lower slopes for each row.
  func withSlopes(_ slopes: T?) -> Lines {
    guard let slopes else { return self }
    var lines = self
    lines.lowerSlope = slopes
    lines.lowerIsPerRow = true
    return lines
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
    _ rows: RowBlock<T>, shape: Shape, owners: [Int32], frame: InputFrame<T>
  ) -> T where T == Tensor<S> {
    let corner = T.minimizer(rows, center: frame.center, radius: frame.radius, owners: owners)
    guard let balls else { return corner }
    let overBox = T.minimum(rows, center: frame.center, radius: frame.radius, owners: owners)
    let overBoth = minimum(rows, shape: shape, owners: owners, frame: frame)
    let dense = T.dense(rows, shape)
    let n = [dense.shape[0]] + [Int](repeating: 1, count: shape.rank)
    let center = balls.center.gathered(owners, axis: 0)
    let radius = balls.radius.gathered(owners, axis: 0).reshaped(Shape(n))
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
