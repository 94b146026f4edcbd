import Foundation
import Networks
import Search

extension VerificationRun {
  private var searchOptions: SearchOptions {
    var searchOptions = SearchOptions()
    searchOptions.memory = options.memory
    searchOptions.deadline = deadline
    searchOptions.isCancelled = options.isCancelled
    searchOptions.checkpoint = options.checkpoint
    return searchOptions
  }

  private var cases: [SearchCase] {
    open.map { SearchCase(region: $0.region, conditions: $0.conditions.map(\.constraints)) }
  }

  /// Whether a search over boxes of inputs comes last, which smaller boxes help more than better slopes do.
  var searchesInputs: Bool {
    guard options.completion == .branchAndBound else { return false }
    let search = CompleteSearch(bounded, precision: precision, options: searchOptions)
    return search.strategy(for: cases).split == .inputs
  }

  /// Decides by a complete search what is open still, or within some seconds if given.
  ///
  /// - Returns: The answer; nil when the search could not be carried through, of which it leaves a note.
  func complete(by completion: Completion, within patience: Double?) -> Verification? {
    let begin = Date()
    var limits = searchOptions
    limits.deadline = [limits.deadline, patience.map(Date.init(timeIntervalSinceNow:))]
      .compactMap { $0 }.min()
    announce(completion.words)
    let hunter = Hunter(
      attack: try? attack.get(), property: property, hunts: options.attacks, seed: options.seed,
      limits: searchOptions)
    var shown = begin
    let result = completion.decide(
      cases, in: bounded, precision, limits, hunter
    ) { state in
      guard Date().timeIntervalSince(shown) > 0.2 else { return }
      shown = Date()
      progress(line(state, of: completion, since: begin))
    }
    let count = open.reduce(0) { $0 + $1.conditions.count }
    let name = completion.rawValue
    record(name, since: begin, ruledOut: result.outcome == .impossible ? count : 0)
    let work = "\(result.strategy); \(result.progress.visited) sub-problems"
    switch result.outcome {
    case .impossible:
      return end(
        .holds,
        "\(completion.words) rules out every violation, in \(completion.arithmetic(precision)), \(work)",
        method: name)
    case .found(let witness):
      return end(
        .violated(witness), "an input violates the property, and running the network confirms it",
        method: name)
    case .stopped(let limit):
      let state = "\(work), \(result.progress.open) open, \(percent(result)) decided"
      switch limit {
      case .time:
        if patience != nil && !isOverdue { return nil }
        return end(
          .timeout, "the time limit came first; \(state); a longer --timeout would help")
      case .cancelled: return end(.unknown, "interrupted; \(state)")
      case .storage(let why): return end(.unknown, "stopped, because \(why); \(state)")
      case .rounding(let why), .unsupported(let why):
        notes.append("\(completion.words) stopped: \(why)")
        return nil
      }
    }
  }

  private func percent(_ result: SearchResult) -> String {
    String(format: "%.4g %%", 100 * result.progress.decided)
  }

  private func line(
    _ state: SearchProgress, of completion: Completion, since begin: Date
  ) -> String {
    let seconds = Date().timeIntervalSince(begin)
    let margin = state.worstMargin.map { String(format: ", worst margin %.4g", $0) } ?? ""
    return String(
      format: "%.0f s: %@, %d open, %d bounded (%.0f/s), %.4g %% decided%@, %d MiB",
      Date().timeIntervalSince(start), completion.words, state.open, state.visited,
      Double(state.visited) / max(1e-3, seconds), 100 * state.decided, margin,
      state.bytes >> 20)
  }
}

extension Network {
  /// Whether linear programs of the network are small: up to some hundred ReLUs, and no other curve.
  var hasFewActivations: Bool {
    let needed = isNeeded
    var count = 0
    for (id, node) in nodes.enumerated() where needed[id] {
      guard let operation = node.operation, !(operation is any AffineOperation) else { continue }
      if operation is Maximum { continue }
      guard operation is ReLU || operation is LeakyReLU || operation is Clip else { return false }
      count += node.shape.count
    }
    return count <= 512 && inputShape.count <= 1024
  }
}
