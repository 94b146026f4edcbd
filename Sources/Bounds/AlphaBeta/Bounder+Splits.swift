import Networks
import Tensors

extension Bounder {
  /// The state of a batch of regions whose intervals are known already.
  ///
  /// - Parameters:
  ///   - intervals: The intervals, by node; at least those of the nodes that relaxations read.
  /// - Soundness: Bounds over the state hold wherever the intervals do.
  public func state(
    over inputs: InputSet<T>, intervals: [Interval<T>?]
  ) -> BoundState<T> {
    var state = BoundState(network, parameters, inputs)
    for id in network.nodes.indices.dropFirst() where intervals.indices.contains(id) {
      state.intervals[id] = intervals[id]
    }
    return state
  }

  /// Lower bounds of functions of the output over parts of regions that are given by signs of activations'
  /// inputs, with slopes and multipliers optimised together.
  ///
  /// Source: Wang et al., "Beta-CROWN: efficient bound propagation with per-neuron split constraints for neural
  /// network robustness verification" (2021), sections 3.1 and 3.2.
  ///
  /// - Parameters:
  ///   - functions: The functions of each example.
  ///   - state: The examples, their intervals cut to the signs.
  ///   - rows: For every function of every example, in order, its signs and where to start.
  ///   - steps: The steps of the optimisation; without any, the bounds are those of the starts.
  ///   - candidates: How many candidates for the next split are wanted.
  ///   - extras: What else is wanted.
  /// - Soundness: Each bound is at most its function's value for every input of its example's region that gives
  ///   the signs, up to rounding, if the intervals hold for those inputs: multipliers stay at least 0 and
  ///   slopes in their ranges.
  public func splitLowerBounds<S>(
    of functions: OutputFunctions<T>, _ state: BoundState<T>, _ rows: [SplitRow<S>],
    steps: SlopeSteps, candidates: Int, extras: SplitExtras = []
  ) throws(Unsupported) -> [SplitBound<S>] where T == Tensor<S> {
    let make = outputRows(functions, examples: state.count)
    precondition(rows.count == state.count * functions.count, "One row for each function")
    let pass = state.relaxedPass
    let ranges = chunks(below: network.output, optimizing: true).ranges(rows.count)
    let parts = try concurrently(ranges) { (range) throws(Unsupported) -> [SplitBound<S>] in
      try splitLowerBounds(
        of: make(range), pass, state, Array(rows[range]), steps, candidates, extras)
    }
    return parts.flatMap { $0 }
  }

  private func splitLowerBounds<S>(
    of functions: LinearFunctions<T>, _ pass: BackwardPass<T>, _ state: BoundState<T>,
    _ rows: [SplitRow<S>], _ steps: SlopeSteps, _ candidates: Int, _ extras: SplitExtras
  ) throws(Unsupported) -> [SplitBound<S>] where T == Tensor<S> {
    var tape = SlopeTape<S>(nodes: network.nodes.count)
    tape.start(rows, pass, owners: functions.owners)
    var last = try pass.lowerBounds(of: functions, recording: &tape)
    var best = last
    var rate = steps.rate
    for step in 0..<steps.count where !options.isOverdue {
      let isDone = best.withElements { best in
        rows.indices.allSatisfy { Double(best[$0]) > rows[$0].limit }
      }
      guard !isDone, pass.ascend(&tape, of: functions, rate: rate, step: step + 1) else { break }
      last = try pass.lowerBounds(of: functions, recording: &tape)
      best = best.keepingLarger(last)
      rate *= steps.decay
    }
    let bounds = best.scalars
    let multipliers = tape.multipliers(rows)
    let points = candidates > 0 ? pass.minimizers(tape, owners: functions.owners) : nil
    let planes =
      extras.contains(.planes)
      ? pass.planes(tape, bounds: last, owners: functions.owners) : nil
    let outputs =
      extras.contains(.outputs) ? pass.relaxedOutputs(&tape, of: functions)?.scalars : nil
    let (width, size) = (network.inputShape.count, network.outputShape.count)
    return rows.indices.map { row in
      let isOpen = candidates > 0 && !(Double(bounds[row]) > rows[row].limit)
      let owner = Int(functions.owners[row])
      let promising =
        isOpen
        ? pass.candidates(
          tape, state.intervals, row: row, of: rows.count, owner: owner, candidates) : []
      var found = SplitBound<S>(
        bound: bounds[row], multipliers: multipliers[row],
        slopes: tape.slopes(of: row, rows: rows.count),
        point: points.map { Array($0[row * width..<(row + 1) * width]) } ?? [],
        candidates: promising)
      found.plane = planes.map {
        (Array($0.coefficients[row * width..<(row + 1) * width]), $0.constants[row])
      }
      found.output = outputs.map { Array($0[row * size..<(row + 1) * size]) }
      return found
    }
  }
}

extension BackwardPass {
  /// The inputs at which the rows of the last pass are least, one after another, flattened row-major.
  func minimizers<S>(_ tape: SlopeTape<S>, owners: [Int32]) -> [S]? where T == Tensor<S> {
    guard var rows = tape.rows[0] else { return nil }
    rows.values = inputs.minimizer(rows, shape: network.inputShape, owners: owners, frame: frame)
    return T.dense(rows, network.inputShape).scalars
  }
}

extension SlopeTape {
  /// Takes up the slopes and the multipliers to start from.
  ///
  /// An activation whose sign is known by now takes the slope of its exact line instead.
  mutating func start(
    _ rows: [SplitRow<S>], _ pass: BackwardPass<Tensor<S>>, owners: [Int32]
  ) {
    for (row, start) in rows.enumerated() {
      for (index, split) in start.splits.enumerated() {
        let node = Int(split.node)
        let shape = pass.network.nodes[node].shape
        multipliers[node].append(
          SplitMultiplier(
            row: row,
            place: shape.rowPlace(of: Int(split.element), as: Tensor<S>.self), split: index,
            sign: split.isPositive ? 1 : -1, point: S(split.point),
            value: index < start.multipliers.count ? max(0, start.multipliers[index]) : 0))
      }
    }
    guard rows.contains(where: { !$0.slopes.isEmpty }) else { return }
    let optimized = pass.optimizedRelaxations
    let total = optimized.reduce(0) {
      $0 + ($1.relaxation.curve == nil ? 1 : 2) * pass.network.nodes[$1.node].shape.count
    }
    var from = 0
    for (id, relaxation) in optimized {
      let (size, lines) = (pass.network.nodes[id].shape.count, relaxation.lines)
      let shape = pass.network.nodes[id].shape.inRowLayout(rows: rows.count, as: Tensor<S>.self)
      if relaxation.curve != nil {
        // Slopes of windows, or of other activations, belong elsewhere.
        let given = rows.map { $0.slopes.count == total ? $0.slopes[from..<from + 2 * size] : [] }
        curves[id] = CurveLines(relaxation, rows: shape, owners: owners, given: given)
        from += 2 * size
        continue
      }
      slopes[id] = Tensor<S>(uninitialized: shape) { out in
        lines.lowerSlope.withElements { usual in
          lines.upperIntercept.withElements { intercepts in
            for (row, start) in rows.enumerated() {
              let owner = Int(owners[row]) * size
              start.slopes.withUnsafeBufferPointer { given in
                guard let usual = usual.baseAddress, let intercepts = intercepts.baseAddress else {
                  return
                }
                chooseSlopes(
                  out + row * size,
                  // Slopes of windows, or of other activations, belong elsewhere.
                  given: start.slopes.count == total ? given.baseAddress?.advanced(by: from) : nil,
                  usual: usual + owner, intercepts: intercepts + owner, count: size)
              }
            }
          }
        }
      }
      moments[id] = SlopeMoments(shape)
      from += size
    }
  }

  /// The multipliers of each row, in the order of its splits.
  func multipliers(_ rows: [SplitRow<S>]) -> [[S]] {
    var result = rows.map { [S](repeating: 0, count: $0.splits.count) }
    for node in multipliers {
      for multiplier in node { result[multiplier.row][multiplier.split] = multiplier.value }
    }
    return result
  }

  /// The slopes of a row, of all optimised activations one after another.
  func slopes(of row: Int, rows: Int) -> [S] {
    var result: [S] = []
    result.reserveCapacity(
      zip(slopes, curves).reduce(0) {
        $0 + ($1.0?.count ?? 2 * ($1.1?.count ?? 0)) / max(1, rows)
      })
    for (slopes, curve) in zip(slopes, curves) {
      if let slopes {
        let size = slopes.count / max(1, rows)
        slopes.withElements { result += $0[row * size..<(row + 1) * size] }
      } else if let curve {
        result += curve.slopes(of: row)
      }
    }
    return result
  }
}

extension Shape {
  /// The shape of whole rows of a node.
  func inRowLayout<T: BackwardAlgebra>(rows: Int, as: T.Type) -> Shape {
    guard T.usesWindows, let image else { return Shape([rows] + dimensions) }
    return [rows, image.height, image.width, image.channels]
  }
}
