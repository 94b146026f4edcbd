import Bounds
import Networks
import Properties
import Tensors

/// A batch of sub-problems as one batch of regions, in the arithmetic of `S`.
struct NeuronBatch<S: TensorScalar>: Sendable {
  typealias T = Tensor<S>

  let state: BoundState<T>
  let functions: OutputFunctions<T>
  let rows: [SplitRow<S>]
  /// The number of rows of each part.
  private let rowsPerProblem: Int

  /// The rows of a part.
  func rows(of problem: Int) -> Range<Int> {
    problem * rowsPerProblem..<(problem + 1) * rowsPerProblem
  }

  /// Which functions of a root are bounded.
  enum Choice {
    /// Each constraint and, of several, their combination.
    case all
    /// The combination alone.
    case combination
  }

  /// Makes a batch.
  ///
  /// - Parameters:
  ///   - region: The region of a root in this arithmetic, and its intervals.
  ///   - slack: How far a bound must clear its limit for a row to need no more work.
  ///   - choice: Which functions are bounded.
  /// - Soundness: The intervals of a part are those of its region, of its neurons' ends and of the sides that its splits take, so
  ///   bounds over them hold for every input of the part.
  init<Given>(
    _ problems: [NeuronProblem<Given>], _ roots: [NeuronRoot<Given>], _ bounder: Bounder<T>,
    region: (NeuronRoot<Given>) -> (inputs: InputSet<T>, intervals: [Interval<T>?]), slack: Double,
    _ choice: Choice = .all
  ) {
    let network = bounder.network
    let exampleOfRow = problems.map { roots[Int($0.root)] }
    var known = [Interval<T>?](repeating: nil, count: network.nodes.count)
    let regions = exampleOfRow.map(region)
    for id in network.nodes.indices {
      let parts = regions.compactMap { $0.intervals[id] }
      guard parts.count == problems.count, !parts.isEmpty else { continue }
      var lower = T.concatenated(parts.map(\.lower), axis: 0)
      var upper = T.concatenated(parts.map(\.upper), axis: 0)
      let size = network.nodes[id].shape.count
      for (index, problem) in problems.enumerated() {
        exampleOfRow[index].planes?.apply(problem.ends, at: id, from: index * size, &lower, &upper)
        problem.cut(id, from: index * size, &lower, &upper)
      }
      known[id] = Interval(lower: lower, upper: upper)
    }
    var inputs = InputSet(joining: regions.map(\.inputs))
    if problems.contains(where: { $0.splits.contains { $0.node == 0 } }) {
      var (lower, upper) = (inputs.box.lower, inputs.box.upper)
      for (index, problem) in problems.enumerated() {
        problem.cut(0, from: index * network.inputShape.count, &lower, &upper)
      }
      inputs.box = Interval(lower: lower, upper: upper)
    }
    state = bounder.state(over: inputs, intervals: known)
    let count = choice == .all ? max(1, exampleOfRow.map(\.rowCount).max() ?? 1) : 1
    let outputs = network.outputShape.count
    var coefficients = Tensor<Double>(repeating: 0, [problems.count, count, outputs])
    var rows: [SplitRow<S>] = []
    for (index, (problem, root)) in zip(problems, exampleOfRow).enumerated() {
      let functionsOfRoot = root.rows(problem.weights(root))
      let skipped = choice == .all ? 0 : functionsOfRoot.count - 1
      for at in 0..<count {
        let place = skipped + at
        guard place < functionsOfRoot.count else {
          // A row of zeros fills the place; any bound is enough for it.
          rows.append(SplitRow(limit: -.infinity))
          continue
        }
        let row = functionsOfRoot[place]
        coefficients.withMutableElements { values in
          for term in row.terms {
            values[(index * count + at) * outputs + term.index] = term.coefficient
          }
        }
        rows.append(
          SplitRow(
            splits: problem.splits, multipliers: problem.multipliers[place].map { S($0) },
            slopes: (problem.slopes[place].isEmpty && place < root.slopes.count
              ? root.slopes[place] : problem.slopes[place]).map { S($0) },
            limit: row.bound + slack * row.slack))
      }
    }
    functions = OutputFunctions(T(coefficients))
    self.rows = rows
    rowsPerProblem = count
  }
}

extension NeuronProblem {
  /// The weights of the constraints in their combination.
  func weights(_ root: NeuronRoot<S>) -> [Double] { weights.isEmpty ? root.weights : weights }

  /// Keeps the sides of a node's elements, which begin at a place of a batch, that the splits take.
  fileprivate func cut<R: TensorScalar>(
    _ node: Int, from start: Int, _ lower: inout Tensor<R>, _ upper: inout Tensor<R>
  ) {
    for split in splits where Int(split.node) == node {
      let place = start + Int(split.element)
      if split.isPositive {
        lower.withMutableElements { $0[place] = max(R(split.point), $0[place]) }
      } else {
        upper.withMutableElements { $0[place] = min(R(split.point), $0[place]) }
      }
    }
  }
}

extension SlopeSteps {
  /// No steps: the bounds are those of the slopes and multipliers that rows start from.
  static var none: SlopeSteps { SlopeSteps(count: 0, rate: 0, decay: 1) }
}
