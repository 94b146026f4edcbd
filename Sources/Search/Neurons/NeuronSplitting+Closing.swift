import Bounds
import Networks
import Tensors

extension NeuronSplitting {
  /// Improves the weights of parts of several constraints that are open still.
  func weigh(
    _ problems: inout [NeuronProblem<S>], _ bounds: [SplitBound<S>], _ batch: NeuronBatch<S>
  ) throws(Unsupported) {
    let open = problems.indices.filter {
      problems[$0].margin <= 0 && roots[Int(problems[$0].root)].condition.count > 1
    }
    guard !open.isEmpty else { return }
    let found = try NeuronWeights(bounder: bounder, roots: roots).better(
      than: open.map { problems[$0] },
      open.map { bounds[batch.rows(of: $0)] }, trials: Self.trials)
    for (index, found) in zip(open, found) {
      problems[index].weights = found.weights
      problems[index].margin = max(problems[index].margin, Float(found.margin))
    }
  }

  /// Closes the parts that are impossible in double, with the slopes and multipliers that they have.
  ///
  /// - Returns: For each part what closes it; nil where it stays open.
  /// - Soundness: Bounds are in double, over intervals in double that were widened by what their rounding may have lost, and
  ///   clear their limits by `NeuronRoot.slack`. Any slopes in their ranges and any multipliers that are not negative do.
  func confirmed(_ problems: [NeuronProblem<S>]) throws(Unsupported) -> [ClosedPart<Part>?] {
    guard !problems.isEmpty else { return [] }
    let batch = NeuronBatch(
      problems, roots, inDouble, region: { ($0.inputsInDouble, $0.intervalsInDouble) },
      slack: .infinity)
    let found = try inDouble.splitLowerBounds(
      of: batch.functions, batch.state, batch.rows, steps: .none, candidates: 0)
    return problems.enumerated().map { index, problem in
      let root = roots[Int(problem.root)]
      let reason = root.reason(found[batch.rows(of: index)], problem.weights(root))
      return reason.map { ClosedPart(part: problem, reasons: [$0], share: problem.share) }
    }
  }

  /// Closes a part in which every sign is known by many more steps, which reach the exact minimum in the limit.
  ///
  /// - Returns: What closes it; nil where it stays open.
  /// - Soundness: As for `confirmed`, which has the last word.
  func closedWithEffort(_ given: NeuronProblem<S>) throws(Unsupported) -> ClosedPart<Part>? {
    let root = roots[Int(given.root)]
    let isOne = root.condition.count <= 1
    var problem = given
    for _ in 0..<(isOne ? 1 : 4) {
      let batch = NeuronBatch(
        [problem], roots, bounder, region: { ($0.inputs, $0.intervals) }, slack: 2)
      let found = try bounder.splitLowerBounds(
        of: batch.functions, batch.state, batch.rows,
        steps: SlopeSteps(count: 300, rate: 0.3, decay: 0.985), candidates: 0,
        extras: isOne ? [] : .outputs)
      problem.multipliers = found.prefix(problem.multipliers.count).map(\.multipliers)
      problem.slopes = found.prefix(problem.slopes.count).map(\.slopes)
      if !isOne {
        problem.margin = Float(root.margin(found, problem.weights(root)))
        var weighed = [problem]
        try weigh(&weighed, found, batch)
        problem = weighed[0]
      }
      if let closed = try confirmed([problem])[0] { return closed }
    }
    return nil
  }
}
