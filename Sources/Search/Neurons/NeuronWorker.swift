import Bounds
import Networks
import Properties
import Tensors

/// Bounds batches of sub-problems and splits what stays open.
struct NeuronWorker<S: TensorScalar>: Sendable {
  typealias T = Tensor<S>

  let bounder: Bounder<T>
  let careful: Bounder<Tensor<Double>>
  let roots: [NeuronRoot<S>]
  let steps: NeuronSteps

  /// What became of a sub-problem.
  struct Outcome: Sendable {
    var children: [NeuronProblem<S>] = []
    /// Whether it is open but has nothing to split.
    var isStuck = false
  }

  /// Bounds sub-problems.
  ///
  /// - Soundness: A sub-problem is decided only by a bound in double, over intervals that leave room for the
  ///   rounding of those they came from.
  func process(_ problems: [NeuronProblem<S>]) throws(Unsupported) -> [Outcome] {
    let batch = NeuronBatch(problems, roots, bounder, region: { ($0.inputs, $0.intervals) }, slack: 2)
    let found = try bounder.splitLowerBounds(
      of: batch.functions, batch.state, batch.rows, steps: steps.slopes,
      candidates: steps.candidates)
    var open: [Candidate] = []
    var closing: [(problem: Int, problemWithSlopes: NeuronProblem<S>)] = []
    for (index, problem) in problems.enumerated() {
      let root = roots[Int(problem.root)]
      let bounds = found[index * batch.rowsPerProblem..<(index + 1) * batch.rowsPerProblem]
      var problem = problem
      problem.multipliers = bounds.prefix(root.condition.count).map(\.multipliers)
      problem.slopes = bounds.prefix(root.condition.count).map(\.slopes)
      problem.margin = Float(root.margin(bounds))
      if problem.margin > 0 { closing.append((index, problem)) }
      let pushed = zip(root.condition, bounds).max {
        Double($0.1.bound) - $0.0.bound < Double($1.1.bound) - $1.0.bound
      }
      open.append(Candidate(problem: problem, splits: pushed?.1.candidates.map(\.split) ?? []))
    }
    let closed = try confirmed(closing.map(\.problemWithSlopes))
    let decided = Set(zip(closing, closed).filter(\.1).map(\.0.problem))
    let rest = open.indices.filter { !decided.contains($0) }
    let children = try split(rest.map { open[$0] })
    var outcomes = [Outcome](repeating: Outcome(), count: problems.count)
    for (index, parts) in zip(rest, children) {
      outcomes[index].children = parts
      outcomes[index].isStuck = parts.isEmpty
    }
    return outcomes
  }

  private struct Candidate: Sendable {
    var problem: NeuronProblem<S>
    var splits: [NeuronSplit]
  }

  /// Which sub-problems are impossible in double, with the slopes and multipliers that they have.
  private func confirmed(_ problems: [NeuronProblem<S>]) throws(Unsupported) -> [Bool] {
    guard !problems.isEmpty else { return [] }
    let batch = NeuronBatch(
      problems, roots, careful, region: { ($0.carefulInputs, $0.carefulIntervals) }, slack: .infinity)
    let found = try careful.splitLowerBounds(
      of: batch.functions, batch.state, batch.rows,
      steps: SlopeSteps(count: 0, rate: 0, decay: 1), candidates: 0)
    return problems.enumerated().map { index, problem in
      roots[Int(problem.root)].isImpossible(
        found[index * batch.rowsPerProblem..<(index + 1) * batch.rowsPerProblem])
    }
  }

  /// Splits each sub-problem at the candidate whose worse part has the better bound.
  ///
  /// Source: De Palma et al., "Improved branch and bound for neural network verification via Lagrangian
  /// decomposition" (2021), section 4.2 (filtered smart branching).
  private func split(_ open: [Candidate]) throws(Unsupported) -> [[NeuronProblem<S>]] {
    let trials = open.flatMap { candidate in
      candidate.splits.count > 1
        ? candidate.splits.flatMap { candidate.problem.children($0, margin: 0) } : []
    }
    var margins: [Double] = []
    // Many trials of large networks would take much memory at a time.
    for start in stride(from: 0, to: trials.count, by: steps.batch) {
      let part = Array(trials[start..<min(trials.count, start + steps.batch)])
      let batch = NeuronBatch(part, roots, bounder, region: { ($0.inputs, $0.intervals) }, slack: 2)
      let found = try bounder.splitLowerBounds(
        of: batch.functions, batch.state, batch.rows,
        steps: SlopeSteps(count: 0, rate: 0, decay: 1), candidates: 0)
      for (index, problem) in part.enumerated() {
        margins.append(
          roots[Int(problem.root)].margin(
            found[index * batch.rowsPerProblem..<(index + 1) * batch.rowsPerProblem]))
      }
    }
    var next = 0
    return open.map { candidate in
      guard candidate.splits.count > 1 else {
        return candidate.splits.first.map {
          candidate.problem.children($0, margin: candidate.problem.margin)
        } ?? []
      }
      var best = (gain: -Double.infinity, split: candidate.splits[0])
      for split in candidate.splits {
        let (a, b) = (margins[next], margins[next + 1])
        next += 2
        // A part that is decided needs no more gain.
        let gain = min(a, b, 0) * 4 + min(max(a, b), 0)
        if gain > best.gain { best = (gain, split) }
      }
      return candidate.problem.children(best.split, margin: candidate.problem.margin)
    }
  }
}

/// How hard sub-problems are worked on.
struct NeuronSteps: Sendable {
  /// The steps on slopes and multipliers.
  var slopes = SlopeSteps(count: 12, rate: 0.2, decay: 0.92)
  /// The candidates for a split that are tried.
  var candidates = 4
  /// The sub-problems of a batch.
  var batch: Int
}
