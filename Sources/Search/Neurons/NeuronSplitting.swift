import Bounds
import Foundation
import Networks
import Properties
import Tensors

/// Branch and bound over the signs of activations' inputs.
///
/// Intervals are computed once for each region, with optimised slopes; every sub-problem cuts them to its signs,
/// and starts from the slopes and multipliers of the one that it came from.
///
/// Source: Wang et al., "Beta-CROWN" (2021), algorithm 1.
///
/// - Soundness: The sub-problems that were decided and those that wait cover every region, because each split
///   leaves the parts of either sign. Sub-problems are decided by `NeuronWorker` alone.
struct NeuronSplitting<S: TensorScalar>: Sendable {
  typealias T = Tensor<S>

  let network: Network
  let cases: [PreparedCase]
  let options: SearchOptions
  let confirm: @Sendable ([Float]) -> Witness?

  /// The steps on a sub-problem. Few are best: its parts go on from where it ended.
  private static var steps: SlopeSteps { SlopeSteps(count: 6, rate: 0.2, decay: 0.92) }

  /// How many sub-problems are bounded at a time, at most.
  private var batchSize: Int {
    let elements = network.nodes.reduce(1) { $0 + $1.shape.count }
    return max(4, min(256, 1_000_000 / elements))
  }

  /// Searches until every sub-problem is decided or a limit comes.
  func run(
    hunt: (Double) -> Witness?, progress: (SearchProgress) -> Void
  ) -> (SearchOutcome, SearchProgress) {
    var state = SearchProgress()
    do throws(Unsupported) {
      return try search(hunt, progress, &state)
    } catch {
      return (.stopped(.unsupported(error.description)), state)
    }
  }

  private func search(
    _ hunt: (Double) -> Witness?, _ progress: (SearchProgress) -> Void,
    _ state: inout SearchProgress
  ) throws(Unsupported) -> (SearchOutcome, SearchProgress) {
    var bounds = BoundOptions().suited(to: network)
    bounds.memory = options.memory / 2
    bounds.deadline = options.deadline
    bounds.isCancelled = options.isCancelled
    let bounder = Bounder<T>(network, options: bounds)
    let careful = Bounder<Tensor<Double>>(network, options: bounds)
    var keeper = TreeKeeper<NeuronProblem<S>>(options, .neurons, cases)
    let effort = RootEffort(attempts: keeper.beginRoots(), deadline: options.deadline)
    guard var roots = try roots(careful, effort, &keeper) else {
      return (.stopped(.rounding("numbers on the way are not finite")), state)
    }
    try prepare(&roots, bounder, careful, effort, &keeper)
    let worker = NeuronWorker(
      bounder: bounder, careful: careful, roots: roots, steps: Self.steps,
      confirm: confirm)
    var frontier = Frontier<NeuronProblem<S>>(limit: options.memory / 2)
    let whole = roots.enumerated().map { index, root in
      let none = [[S]](repeating: [], count: root.rowCount)
      return NeuronProblem<S>(
        root: Int32(index), splits: [], multipliers: none, slopes: none, margin: -.infinity,
        share: 1 / Double(roots.count))
    }
    keeper.planes = planesMark(roots)
    let waiting =
      keeper.resumed(into: &state, where: { $0.belongs(to: roots, network) }) ?? whole
    for problem in waiting { frontier.insert(problem) }
    // An answer must not wait until the memory of a million sub-problems is given back.
    defer { frontier.discard() }
    var hunting = HuntSchedule()
    var pace = Pace(most: batchSize)
    while !frontier.isEmpty {
      state.open = frontier.count
      state.bytes = frontier.bytes
      state.worstMargin = frontier.worst().map(Double.init)
      progress(state)
      if let limit = options.limit {
        return (.stopped(keeper.saveAtEnd(frontier, state).map { .storage($0) } ?? limit), state)
      }
      if let why = keeper.saveIfDue(frontier, state) { return (.stopped(.storage(why)), state) }
      if let witness = hunting.next().flatMap(hunt) { return (.found(witness), state) }
      var batch: [NeuronProblem<S>] = []
      while batch.count < pace.size, let problem = frontier.popFirst() { batch.append(problem) }
      let outcomes = try pace.measure { () throws(Unsupported) in try worker.process(batch) }
      // What a passed deadline left unfinished still waits.
      if let limit = options.limit {
        for problem in batch { frontier.insert(problem) }
        return (.stopped(keeper.saveAtEnd(frontier, state).map { .storage($0) } ?? limit), state)
      }
      state.visited += batch.count
      for (problem, outcome) in zip(batch, outcomes) {
        if let witness = outcome.witness { return (.found(witness), state) }
        if outcome.isStuck {
          keeper.keep(problem)
        } else if outcome.parts.open.isEmpty {
          state.decided += problem.share
        } else {
          state.decided += problem.share / 2 * Double(outcome.parts.empty)
        }
        for part in outcome.parts.open { frontier.insert(part) }
      }
    }
    state.open = 0
    guard keeper.stuck.isEmpty else {
      if let witness = hunt(1) { return (.found(witness), state) }
      return (.stopped(.rounding("a part is left that has no activation to split")), state)
    }
    return (.impossible, state)
  }
}
