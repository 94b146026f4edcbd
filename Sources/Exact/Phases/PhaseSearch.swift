import Foundation
import Properties
import Search
import Synchronization
import Tensors

/// Branch and bound over the signs of ReLUs' inputs, on linear programs: a mixed-integer program solved by parts.
///
/// The parts wait on a stack, so that few wait at a time; each thread takes the topmost. `TreeSearch` takes a batch of parts
/// at a time, which all end together; here each thread goes on by itself from the basis of its last program, and waits for none.
///
/// - Soundness: A part goes only when its program was refuted, or when it was split into the parts of either sign.
struct PhaseSearch: Sendable {
  let encoded: NetworkProgram
  let tolerance: Double
  let options: SearchOptions
  let hunter: any CounterexampleHunter

  private struct State {
    var waiting = [PhaseProblem()]
    var busy = 0
    var visited = 0
    var decided = 0.0
    var isStuck = false
    var outcome: SearchOutcome?
  }

  /// Searches until every part is decided or a limit comes.
  func run(_ report: (SearchProgress) -> Void) -> (SearchOutcome, SearchProgress) {
    let shared = Mutex(State())
    // Only one worker reports, one at a time.
    nonisolated(unsafe) let report = report
    let workers = encoded.neurons.count < 8 ? 1 : Workers.available
    Workers.forEach(workers) { index in
      let worker = PhaseWorker(encoded, tolerance: tolerance)
      var hunting = HuntSchedule()
      while true {
        if index == 0 {
          report(shared.withLock { self.progress($0) })
          if let witness = hunting.next().flatMap(hunter.hunt) {
            shared.withLock { $0.outcome = .found(witness) }
          }
        }
        guard let problem = next(shared) else { return }
        settle(problem, worker.process(problem, until: { options.limit != nil }), shared)
      }
    }
    return shared.withLock { state in
      let rest = self.progress(state)
      if let outcome = state.outcome { return (outcome, rest) }
      return state.isStuck
        ? (
          .stopped(
            .rounding("a point meets the condition up to rounding, and running it does not")),
          rest
        ) : (.impossible, rest)
    }
  }

  private func progress(_ state: State) -> SearchProgress {
    var progress = SearchProgress()
    progress.visited = state.visited
    progress.open = state.waiting.count + state.busy
    progress.decided = state.decided
    progress.bytes = state.waiting.reduce(0) { $0 + $1.bytes }
    return progress
  }

  /// The part to look at next; nil when the search is over.
  private func next(_ shared: borrowing Mutex<State>) -> PhaseProblem? {
    while true {
      let (problem, isOver) = shared.withLock { state -> (PhaseProblem?, Bool) in
        if state.outcome == nil, let limit = options.limit { state.outcome = .stopped(limit) }
        if state.outcome != nil { return (nil, true) }
        guard let problem = state.waiting.popLast() else { return (nil, state.busy == 0) }
        state.busy += 1
        return (problem, false)
      }
      if problem != nil || isOver { return problem }
      Thread.sleep(forTimeInterval: 0.0005)
    }
  }

  private func settle(
    _ problem: PhaseProblem, _ outcome: PhaseWorker.Outcome, _ shared: borrowing Mutex<State>
  ) {
    var witness: Witness?
    if case .open(let point?, _) = outcome { witness = hunter.witness(at: point.map { Float($0) }) }
    shared.withLock { state in
      state.busy -= 1
      switch outcome {
      case .impossible:
        state.visited += 1
        state.decided += problem.share
      case .unfinished:
        state.waiting.append(problem)
        state.outcome = state.outcome ?? .stopped(options.limit ?? .time)
      case .open(_, let split):
        state.visited += 1
        if let witness {
          state.outcome = .found(witness)
        } else if let split {
          state.waiting += problem.children(split.neuron, activeFirst: split.activeFirst)
        } else {
          state.isStuck = true
        }
      }
    }
  }
}

/// A part of a case: signs of some ReLUs' inputs.
struct PhaseProblem: Sendable {
  /// A ReLU whose input's sign is given.
  struct Phase: Sendable, Hashable {
    /// Its place among the program's neurons.
    var neuron: Int32
    /// Whether the input is at least 0; at most 0 if not.
    var isActive: Bool
  }

  /// The signs that are given.
  var phases: [Phase] = []
  /// The part of the case that it is, by halves.
  var share = 1.0

  /// The two parts that one more sign makes, the one to look at first last.
  func children(_ neuron: Int32, activeFirst: Bool) -> [PhaseProblem] {
    [!activeFirst, activeFirst].map { isActive in
      PhaseProblem(phases: phases + [Phase(neuron: neuron, isActive: isActive)], share: share / 2)
    }
  }

  /// The bytes that it takes.
  var bytes: Int { MemoryLayout<Self>.stride + 32 + phases.count * MemoryLayout<Phase>.stride }
}
