import Networks
import Tensors

extension Bounder {
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
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func splitLowerBounds<S>(
    of functions: OutputFunctions<T>, _ state: BoundState<T>, _ rows: [SplitRow<S>],
    steps: SlopeSteps, candidates: Int, extras: SplitExtras = []
  ) throws(Unsupported) -> [SplitBound<S>] where T == Tensor<S> {
    precondition(rows.count == state.count * functions.count, "One row for each function")
    let pass = state.relaxedPass
    let parts = try inChunks(functions, examples: state.count, optimizing: true) {
      (linear, range) throws(Unsupported) -> [SplitBound<S>] in
      let rows = Array(rows[range])
      var ascent = try SlopeAscent(
        linear, pass, from: SlopeTape(rows, pass, exampleOfRow: linear.exampleOfRow))
      try ascent.climb(steps, options) { best in
        best.withElements { best in
          rows.indices.allSatisfy { Double(best[$0]) > rows[$0].limit }
        }
      }
      return splitBounds(rows, &ascent, pass, state, candidates, extras)
    }
    return parts.flatMap { $0 }
  }

  /// The bounds that an ascent ended with, and what else is wanted.
  private func splitBounds<S>(
    _ rows: [SplitRow<S>], _ ascent: inout SlopeAscent<S>, _ pass: BackwardPass<T>,
    _ state: BoundState<T>, _ candidates: Int, _ extras: SplitExtras
  ) -> [SplitBound<S>] where T == Tensor<S> {
    let bounds = ascent.best.scalars
    let points = candidates > 0 ? ascent.minimizers : nil
    let planes = extras.contains(.planes) ? ascent.planes : nil
    let (coefficients, constants) = (planes?.coefficients.scalars, planes?.constants.scalars)
    let outputs = extras.contains(.outputs) ? ascent.relaxedOutputs()?.scalars : nil
    let tape = ascent.tape
    let multipliers = tape.multipliers(rows)
    let (width, size) = (network.inputShape.count, network.outputShape.count)
    return rows.indices.map { row in
      let isOpen = candidates > 0 && !(Double(bounds[row]) > rows[row].limit)
      let owner = Int(ascent.last.exampleOfRow[row])
      let promising =
        isOpen
        ? pass.candidates(
          tape, state.intervals, row: row, of: rows.count, owner: owner, candidates) : []
      var found = SplitBound<S>(
        bound: bounds[row], multipliers: multipliers[row],
        slopes: tape.slopes(of: row, rows: rows.count),
        point: points.map { Array($0[row * width..<(row + 1) * width]) } ?? [],
        candidates: promising)
      if let coefficients, let constants {
        found.plane = (Array(coefficients[row * width..<(row + 1) * width]), constants[row])
      }
      found.output = outputs.map { Array($0[row * size..<(row + 1) * size]) }
      return found
    }
  }
}
