import Attacks
import Foundation
import Properties
import Search
import Synchronization

extension VerificationRun {
  private var search: CompleteSearch {
    var searchOptions = SearchOptions()
    searchOptions.memory = options.memory
    searchOptions.deadline = deadline
    searchOptions.isCancelled = options.isCancelled
    return CompleteSearch(bounded, precision: options.precision, options: searchOptions)
  }

  private var cases: [SearchCase] {
    open.map { SearchCase(region: $0.region, conditions: $0.conditions.map(\.constraints)) }
  }

  /// Whether a search over boxes of inputs comes last, which smaller boxes help more than better slopes do.
  var searchesInputs: Bool {
    options.completion != nil && search.strategy(for: cases).split == .inputs
  }

  /// Decides by branch and bound what is open still.
  ///
  /// - Returns: The answer; nil when the search could not be carried through, of which it leaves a note.
  func complete() -> Verification? {
    let begin = Date()
    announce("branch and bound")
    let hunter = Hunter(
      attack: try? attack.get(), property: property, options: options, deadline: deadline)
    var shown = begin
    let result = search.decide(cases, hunter) { state in
      guard Date().timeIntervalSince(shown) > 0.2 else { return }
      shown = Date()
      progress(line(state, since: begin))
    }
    let count = open.reduce(0) { $0 + $1.conditions.count }
    let name = Completion.branchAndBound.rawValue
    record(name, since: begin, ruledOut: result.outcome == .impossible ? count : 0)
    let work = "\(result.strategy); \(result.progress.visited) sub-problems"
    switch result.outcome {
    case .impossible:
      return end(
        .holds, "branch and bound rules out every violation, in \(arithmetic), \(work)",
        method: name)
    case .found(let witness):
      return end(
        .violated(witness), "an input violates the property, and running the network confirms it",
        method: name)
    case .stopped(let limit):
      let state = "\(work), \(result.progress.open) open, \(percent(result)) decided"
      switch limit {
      case .time:
        return end(
          .timeout, "the time limit came first; \(state); a longer --timeout would help")
      case .cancelled: return end(.unknown, "interrupted; \(state)")
      case .rounding(let why), .unsupported(let why):
        notes.append("branch and bound stopped: \(why)")
        return nil
      }
    }
  }

  private func percent(_ result: SearchResult) -> String {
    String(format: "%.4g %%", 100 * result.progress.decided)
  }

  private func line(_ state: SearchProgress, since begin: Date) -> String {
    let seconds = Date().timeIntervalSince(begin)
    let margin = state.worstMargin.map { String(format: ", worst margin %.4g", $0) } ?? ""
    return String(
      format: "%.0f s: branch and bound, %d open, %d bounded (%.0f/s), %.4g %% decided%@, %d MiB",
      Date().timeIntervalSince(start), state.open, state.visited,
      Double(state.visited) / max(1e-3, seconds), 100 * state.decided, margin,
      state.bytes >> 20)
  }
}

/// Looks for counterexamples between the batches of a search.
private final class Hunter: CounterexampleHunter {
  let attack: Attack?
  let property: Property
  let options: VerifierOptions
  let deadline: Date?
  private let turns = Mutex(UInt64(0))

  init(attack: Attack?, property: Property, options: VerifierOptions, deadline: Date?) {
    self.attack = attack
    self.property = property
    self.options = options
    self.deadline = deadline
  }

  func witness(at point: [Float]) -> Witness? { attack?.witness(at: point, of: property) }

  func hunt(seconds: Double) -> Witness? {
    guard options.attacks, var attack else { return nil }
    attack.options = AttackEffort.last.options(secondsLeft: .infinity)
    let left = deadline?.timeIntervalSinceNow ?? .infinity
    attack.options.deadline = Date(timeIntervalSinceNow: min(seconds, 0.3 * left))
    // No turn repeats another.
    attack.options.seed = turns.withLock { turn in
      turn += 1
      return options.seed &+ 1000 &+ turn
    }
    return attack.counterexample(to: property)
  }
}
