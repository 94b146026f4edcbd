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
  let steps: SlopeSteps
  let confirm: @Sendable ([Float]) -> Witness?

  /// How many neurons are weighed for the next split: many where an input might be halved instead.
  private var candidates: Int {
    roots.contains { $0.planes?.halvesInputs ?? false } ? 64 : 1
  }

  /// How many weights of a combination are tried in a part.
  private static var trials: Int { 3 }

  /// The parts that a sub-problem was split into.
  struct Parts: Sendable {
    /// Those that wait.
    var open: [NeuronProblem<S>] = []
    /// How many were found empty.
    var empty = 0
  }

  /// What became of a sub-problem.
  struct Outcome: Sendable {
    var witness: Witness?
    var parts = Parts()
    /// Whether it is open but has nothing to split.
    var isStuck = false
  }

  /// Bounds sub-problems.
  ///
  /// - Soundness: A sub-problem is decided only by a bound in double, over intervals that leave room for the
  ///   rounding of those they came from.
  func process(_ problems: [NeuronProblem<S>]) throws(Unsupported) -> [Outcome] {
    let batch = NeuronBatch(
      problems, roots, bounder, region: { ($0.inputs, $0.intervals) }, slack: 2)
    let found = try bounder.splitLowerBounds(
      of: batch.functions, batch.state, batch.rows, steps: steps, candidates: candidates,
      extras: problems.contains { roots[Int($0.root)].condition.count > 1 } ? .outputs : [])
    var outcomes = [Outcome](repeating: Outcome(), count: problems.count)
    var closing: [Int] = []
    var bounded: [NeuronProblem<S>] = []
    var splits: [NeuronSplit?] = []
    for (index, problem) in problems.enumerated() {
      let root = roots[Int(problem.root)]
      let bounds = found[index * batch.rowsPerProblem..<(index + 1) * batch.rowsPerProblem]
      var problem = problem
      let weights = problem.weights(root)
      let rows = root.rows(weights)
      problem.multipliers = bounds.prefix(rows.count).map(\.multipliers)
      problem.slopes = bounds.prefix(rows.count).map(\.slopes)
      problem.margin = Float(root.margin(bounds, weights))
      // The row that is nearest to being impossible is the one to push on.
      let pushed = zip(rows, bounds).max { a, b in
        (Double(a.1.bound) - a.0.bound) / a.0.unit < (Double(b.1.bound) - b.0.bound) / b.0.unit
      }
      let promising = pushed?.1.candidates ?? []
      bounded.append(problem)
      splits.append(
        root.planes?.halving(outweighing: promising, after: problem.splits)
          ?? promising.first?.split)
    }
    try weigh(&bounded, found, batch.rowsPerProblem)
    for index in bounded.indices where bounded[index].margin > 0 { closing.append(index) }
    let points = found.map(\.point)
    for (index, problem) in problems.enumerated() where bounded[index].margin <= 0 {
      let rows = index * batch.rowsPerProblem..<(index + 1) * batch.rowsPerProblem
      outcomes[index].witness = witness(
        at: Array(points[rows]), roots[Int(problem.root)].condition)
    }
    let decided = try confirmed(closing.map { bounded[$0] })
    let closed = Set(zip(closing, decided).filter(\.1).map(\.0))
    var open: [Int] = []
    var chosen: [NeuronSplit] = []
    for index in problems.indices where !closed.contains(index) {
      if let split = splits[index] ?? bounded[index].firstOpen(roots, bounder.network) {
        open.append(index)
        chosen.append(split)
      } else {
        outcomes[index].isStuck = try !isClosedWithEffort(bounded[index])
      }
    }
    let parts = try parts(of: open.map { bounded[$0] }, splitting: chosen)
    for (index, parts) in zip(open, parts) { outcomes[index].parts = parts }
    return outcomes
  }

  /// Improves the weights of sub-problems of several constraints that are open still.
  private func weigh(
    _ problems: inout [NeuronProblem<S>], _ bounds: [SplitBound<S>], _ rowsPerProblem: Int
  ) throws(Unsupported) {
    let open = problems.indices.filter {
      problems[$0].margin <= 0 && roots[Int(problems[$0].root)].condition.count > 1
    }
    guard !open.isEmpty else { return }
    let found = try NeuronWeights(bounder: bounder, roots: roots).better(
      than: open.map { problems[$0] },
      open.map { bounds[$0 * rowsPerProblem..<($0 + 1) * rowsPerProblem] }, trials: Self.trials)
    for (index, found) in zip(open, found) {
      problems[index].weights = found.weights
      problems[index].margin = max(problems[index].margin, Float(found.margin))
    }
  }

  /// The witness that one of some points is.
  private func witness(at points: [[S]], _ condition: [LinearConstraint]) -> Witness? {
    let points = points.filter { !$0.isEmpty }
    guard !points.isEmpty else { return nil }
    let network = bounder.network
    let outputs = network.evaluate(
      T(Shape([points.count] + network.inputShape.dimensions), points.flatMap { $0 }),
      bounder.parameters
    ).values
    let size = network.outputShape.count
    return outputs.withElements { outputs in
      for (index, point) in points.enumerated() {
        let output = UnsafeBufferPointer(rebasing: outputs[index * size..<(index + 1) * size])
        guard condition.allSatisfy({ $0.excess(at: output) <= 0 }) else { continue }
        if let witness = confirm(point.map { Float($0) }) { return witness }
      }
      return nil
    }
  }

  /// Whether many more steps rule out a sub-problem in which every sign is known, where they reach the exact
  /// minimum in the limit.
  private func isClosedWithEffort(_ problem: NeuronProblem<S>) throws(Unsupported) -> Bool {
    let root = roots[Int(problem.root)]
    let isOne = root.condition.count <= 1
    var problem = problem
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
        try weigh(&weighed, found, batch.rowsPerProblem)
        problem = weighed[0]
      }
      if try confirmed([problem]).contains(true) { return true }
    }
    return false
  }

  /// Which sub-problems are impossible in double, with the slopes and multipliers that they have.
  private func confirmed(_ problems: [NeuronProblem<S>]) throws(Unsupported) -> [Bool] {
    guard !problems.isEmpty else { return [] }
    let batch = NeuronBatch(
      problems, roots, careful, region: { ($0.carefulInputs, $0.carefulIntervals) },
      slack: .infinity)
    let found = try careful.splitLowerBounds(
      of: batch.functions, batch.state, batch.rows,
      steps: SlopeSteps(count: 0, rate: 0, decay: 1), candidates: 0)
    return problems.enumerated().map { index, problem in
      let root = roots[Int(problem.root)]
      return root.isImpossible(
        found[index * batch.rowsPerProblem..<(index + 1) * batch.rowsPerProblem],
        problem.weights(root))
    }
  }
}
