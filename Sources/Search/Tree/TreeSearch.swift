import Foundation
import Networks
import Properties

/// Branch and bound: takes parts that wait, batch after batch, and lets a strategy close or cut them.
///
/// Between batches it looks for counterexamples, writes its tree to the checkpoint, and notices limits. The strategy is a type
/// parameter, so each search is compiled for its own parts.
///
/// Source: Bunel et al., "Branch and bound for piecewise linear neural network verification" (2020), algorithm 1; Xu et al.,
/// "Fast and complete" (2021), for batches of parts.
///
/// - Soundness: What was closed, what waits and what is stuck cover every region, if the strategy keeps its promise; each part
///   that is taken is either replaced by what the strategy leaves of it or put back.
struct TreeSearch<Strategy: SplittingStrategy> {
  typealias Part = Strategy.Part

  private let strategy: Strategy
  private let options: SearchOptions
  /// Told of everything that is closed, if anybody wants to know.
  private let onClosing: ((ClosedPart<Part>) -> Void)?
  private var frontier: Frontier<Part>
  private var keeper: TreeKeeper<Part>
  private var state = SearchProgress()
  private var ties = TieWatch()

  /// Begins with the checkpoint's parts where there are some, else with the whole regions.
  init(
    _ strategy: Strategy, _ questions: [PreparedQuestion], _ options: SearchOptions,
    onClosing: ((ClosedPart<Part>) -> Void)? = nil
  ) {
    self.strategy = strategy
    self.options = options
    self.onClosing = onClosing
    frontier = Frontier(limit: options.memory / 2)
    keeper = TreeKeeper(options, strategy.kind, questions, mark: strategy.mark)
    let kept = keeper.resumed(into: &state, where: strategy.owns)
    for part in kept ?? strategy.whole { frontier.insert(part) }
    if keeper.isTied { ties.note(at: 0) }
  }

  /// Searches until every part is closed, a condition is met, or a limit comes.
  ///
  /// - Parameters:
  ///   - hunt: Looks for a counterexample for so many seconds.
  ///   - progress: Called before each batch.
  /// - Soundness: `impossible` is returned only when nothing waits, nothing is stuck and no condition is met up to rounding.
  mutating func run(
    hunt: (Double) -> Witness?, progress: (SearchProgress) -> Void
  ) -> (SearchOutcome, SearchProgress) {
    // An answer must not wait until the memory of a million parts is given back.
    defer { frontier.discard() }
    let outcome = search(hunt, progress)
    return (outcome, state)
  }

  private mutating func search(
    _ hunt: (Double) -> Witness?, _ progress: (SearchProgress) -> Void
  ) -> SearchOutcome {
    var hunting = HuntSchedule()
    var pace = Pace(most: strategy.batchSize)
    while !frontier.isEmpty {
      state.open = frontier.count
      state.bytes = frontier.bytes
      state.worstMargin = frontier.worst().map(Double.init)
      progress(state)
      if let limit = options.limit { return stopped(limit) }
      if let why = keeper.saveIfDue(frontier, state) { return .stopped(.storage(why)) }
      if let witness = hunting.next().flatMap(hunt) { return .found(witness) }
      let batch = frontier.popFirst(pace.size)
      let outcomes: [PartOutcome<Part>]
      do throws(Unsupported) {
        outcomes = try pace.measure { () throws(Unsupported) in try strategy.settle(batch) }
      } catch {
        return .stopped(.unsupported(error.description))
      }
      // What a passed deadline left unfinished still waits.
      if let limit = options.limit {
        for part in batch { frontier.insert(part) }
        return stopped(limit)
      }
      state.visited += batch.count
      for (part, outcome) in zip(batch, outcomes) {
        if let witness = outcome.witness { return .found(witness) }
        take(outcome, of: part)
      }
      if ties.isOver(at: state.visited) { return .stopped(TieWatch.limit) }
    }
    state.open = 0
    if ties.isTied { return .stopped(TieWatch.limit) }
    guard !keeper.stuck.isEmpty else { return .impossible }
    if let witness = strategy.remainder.hunt.flatMap(hunt) { return .found(witness) }
    return .stopped(.rounding(strategy.remainder.reason))
  }

  private mutating func take(_ outcome: PartOutcome<Part>, of part: Part) {
    if outcome.isTied {
      ties.note(at: state.visited)
      keeper.isTied = true
    }
    if outcome.isStuck { keeper.keep(part) }
    for closed in outcome.closed { close(closed) }
    for part in outcome.open { frontier.insert(part) }
  }

  /// Takes a piece off what is to be searched. Whatever is given up comes by here, and nowhere else.
  private mutating func close(_ closed: ClosedPart<Part>) {
    state.decided += closed.share
    onClosing?(closed)
  }

  /// The outcome at a limit, with the tree written.
  private mutating func stopped(_ limit: SearchLimit) -> SearchOutcome {
    .stopped(keeper.saveAtEnd(frontier, state).map { .storage($0) } ?? limit)
  }
}

/// Notices that the answer hangs on rounding, after which a search goes on for a little while only.
private struct TieWatch {
  /// How many parts had been bounded when it was noticed first.
  private var first: Int?
  /// How many more parts may show a condition to be met clearly.
  private static var patience: Int { 4096 }
  /// What is said in the end.
  static var limit: SearchLimit { .rounding("a condition is met up to rounding") }

  var isTied: Bool { first != nil }

  /// Notes a condition that is met up to rounding, when so many parts have been bounded.
  mutating func note(at visited: Int) { first = first ?? visited }

  func isOver(at visited: Int) -> Bool { first.map { visited > $0 + Self.patience } ?? false }
}
