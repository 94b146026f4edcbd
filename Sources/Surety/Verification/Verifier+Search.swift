import Attacks
import Foundation
import Properties
import Search

extension VerificationRun {
  /// Decides by branch and bound what is open still.
  ///
  /// - Returns: The answer; nil when the search could not be carried through, of which it leaves a note.
  func complete() -> Verification? {
    let begin = Date()
    var searchOptions = SearchOptions()
    searchOptions.memory = options.memory
    searchOptions.deadline = deadline
    searchOptions.isCancelled = options.isCancelled
    let cases = open.map {
      SearchCase(region: $0.region, conditions: $0.conditions.map(\.constraints))
    }
    let (attack, property) = (attack, property)
    let confirm: @Sendable ([Float]) -> Witness? = { point in
      (try? attack.get())?.witness(at: point, of: property)
    }
    var shown = begin
    let result = CompleteSearch(bounded, precision: options.precision, options: searchOptions)
      .decide(cases, confirm: confirm) { state in
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
