import Bounds
import Files
import Foundation
import Networks
import Properties
import Tensors

/// Branch and bound over the signs of activations' inputs.
///
/// Intervals are computed once for each region, with optimised slopes; every part cuts them to its signs, and starts from the
/// slopes and multipliers of the one that it came from. The condition and the signs put linear constraints on the input, by
/// which the ends of the costliest neurons are tightened in each part (`NeuronPlanes`).
///
/// Source: Wang et al., "Beta-CROWN: efficient bound propagation with per-neuron split constraints for neural network
/// robustness verification" (2021), algorithm 1.
///
/// - Soundness: Each split leaves the parts of either sign, and intervals and ends are those of all inputs of a part. Parts are
///   closed by bounds in double (`confirmed`, `closedWithEffort`) or as empty (`parts(of:splitting:)`), and in no other way.
struct NeuronSplitting<S: TensorScalar>: SplittingStrategy {
  typealias T = Tensor<S>
  typealias Part = NeuronProblem<S>

  let bounder: Bounder<T>
  let inDouble: Bounder<Tensor<Double>>
  /// One for each condition of each case.
  let roots: [NeuronRoot<S>]
  private let confirm: @Sendable ([Float]) -> Witness?

  /// The steps on a part. Few are best: its parts go on from where it ended.
  private static var steps: SlopeSteps { SlopeSteps(count: 6, rate: 0.2, decay: 0.92) }

  /// How many weights of a combination are tried in a part.
  static var trials: Int { 3 }

  /// Prepares the roots; nil when numbers on the way are not finite.
  init?(
    _ network: Network, _ questions: [PreparedQuestion], _ options: SearchOptions,
    confirm: @escaping @Sendable ([Float]) -> Witness?
  ) throws(Unsupported) {
    var bounds = BoundOptions().suited(to: network)
    bounds.memory = options.memory / 2
    bounds.deadline = options.deadline
    bounds.isCancelled = options.isCancelled
    bounder = Bounder<T>(network, options: bounds)
    inDouble = Bounder<Tensor<Double>>(network, options: bounds)
    var preparation = RootPreparation(questions, options, bounder, inDouble)
    guard let roots = try preparation.roots() else { return nil }
    self.roots = roots
    self.confirm = confirm
  }

  var kind: SplitKind { .neurons }
  var remainder: Remainder {
    Remainder(reason: "a part is left that has no activation to split", hunt: 1)
  }

  /// What tells the neurons of the planes, whose ends parts remember, from others.
  var mark: UInt32 {
    let numbers = roots.flatMap { root in
      // The number of neurons keeps the roots apart.
      let neurons = root.planes?.neurons ?? []
      return [Int32(neurons.count)] + neurons.flatMap { [$0.node, $0.element] }
    }
    return checksum(numbers.withUnsafeBytes { Data($0) })
  }

  var whole: [NeuronProblem<S>] {
    roots.enumerated().map { index, root in
      NeuronProblem(wholeOf: index, rows: root.rowCount, share: 1 / Double(roots.count))
    }
  }

  var batchSize: Int {
    let elements = bounder.network.nodes.reduce(1) { $0 + $1.shape.count }
    return max(4, min(256, 1_000_000 / elements))
  }

  func owns(_ part: NeuronProblem<S>) -> Bool { part.belongs(to: roots, bounder.network) }

  /// How many neurons are weighed for the next split: many where an input might be halved instead.
  private var candidates: Int {
    roots.contains { $0.planes?.halvesInputs ?? false } ? 64 : 1
  }

  /// Bounds parts in the arithmetic of the search, confirms in double what that rules out, and splits the rest.
  ///
  /// - Soundness: A part is closed only by a bound in double, over intervals that leave room for the rounding of those they
  ///   came from; those of its parts that are closed at once, as `parts(of:splitting:)` says.
  func settle(_ problems: [NeuronProblem<S>]) throws(Unsupported) -> [PartOutcome<Part>] {
    let batch = NeuronBatch(
      problems, roots, bounder, region: { ($0.inputs, $0.intervals) }, slack: 2)
    let found = try bounder.splitLowerBounds(
      of: batch.functions, batch.state, batch.rows, steps: Self.steps, candidates: candidates,
      extras: problems.contains { roots[Int($0.root)].condition.count > 1 } ? .outputs : [])
    var bounded: [NeuronProblem<S>] = []
    var splits: [NeuronSplit?] = []
    for (index, problem) in problems.enumerated() {
      let (problem, split) = taken(problem, found[batch.rows(of: index)])
      bounded.append(problem)
      splits.append(split)
    }
    try weigh(&bounded, found, batch)
    var outcomes = [PartOutcome<Part>](repeating: PartOutcome(), count: problems.count)
    for index in problems.indices where bounded[index].margin <= 0 {
      outcomes[index].witness = witness(
        at: found[batch.rows(of: index)].map(\.point), roots[Int(problems[index].root)].condition)
    }
    let closing = bounded.indices.filter { bounded[$0].margin > 0 }
    for (index, closed) in zip(closing, try confirmed(closing.map { bounded[$0] })) {
      if let closed { outcomes[index].closed = [closed] }
    }
    var open: [Int] = []
    var chosen: [NeuronSplit] = []
    for index in problems.indices where outcomes[index].closed.isEmpty {
      if let split = splits[index] ?? bounded[index].firstOpen(roots, bounder.network) {
        open.append(index)
        chosen.append(split)
      } else if let closed = try closedWithEffort(bounded[index]) {
        outcomes[index].closed = [closed]
      } else {
        outcomes[index].isStuck = true
      }
    }
    let parts = try parts(of: open.map { bounded[$0] }, splitting: chosen)
    for (index, parts) in zip(open, parts) {
      (outcomes[index].closed, outcomes[index].open) = (parts.closed, parts.open)
    }
    return outcomes
  }

  /// A part with the multipliers and slopes that its bounds ended with, and the split that promises the most.
  private func taken(
    _ given: NeuronProblem<S>, _ bounds: ArraySlice<SplitBound<S>>
  ) -> (NeuronProblem<S>, NeuronSplit?) {
    let root = roots[Int(given.root)]
    let weights = given.weights(root)
    let rows = root.rows(weights)
    var problem = given
    problem.multipliers = bounds.prefix(rows.count).map(\.multipliers)
    problem.slopes = bounds.prefix(rows.count).map(\.slopes)
    problem.margin = Float(root.margin(bounds, weights))
    // The row that is nearest to being impossible is the one to push on.
    let pushed = zip(rows, bounds).max { a, b in
      (Double(a.1.bound) - a.0.bound) / a.0.unit < (Double(b.1.bound) - b.0.bound) / b.0.unit
    }
    let promising = pushed?.1.candidates ?? []
    let split =
      root.planes?.halving(outweighing: promising, after: problem.splits) ?? promising.first?.split
    return (problem, split)
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
}
