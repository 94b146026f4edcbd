import Bounds
import Files
import Foundation
import Properties
import Search

/// One run of the stages on a property, and what it says about it.
final class VerificationRun {
  var progress: (String) -> Void = { _ in }
  private let decider: Decider
  private var options: VerifierOptions
  private let start: Date
  /// What is known.
  private var decisions: [Decision]
  /// The methods that were tried on everything open, without being cut short.
  private var finished: Set<BoundMethod> = []
  /// How the last complete search ended.
  private var searched: SearchResult?

  /// - Parameter begin: When the work on the property began.
  init(_ decider: Decider, _ property: Property, _ options: VerifierOptions, begin: Date) {
    (self.decider, self.options, start) = (decider, options, begin)
    decisions = decider.open([property], limit: options.timeout?.seconds)
  }

  private var decision: Decision { decisions[0] }

  func result() -> Verification {
    guard !decision.questions.isEmpty else {
      return end(.holds, "no input satisfies the assertions, so nothing can violate the property")
    }
    let splitsInputs =
      options.completeMethod == .branchAndBound && decider.splitsInputs(of: decision)
    let steps = options.cascade(of: decider.network, splitsInputs: splitsInputs)
    let main = steps.firstIndex(where: \.isMain) ?? 0
    let begun = takeUpPrologue()
    for (number, step) in steps.enumerated() {
      // What an earlier run began and was ended in is not begun again; the search needs none of it.
      if number < min(begun, main) { continue }
      if number <= main, let why = note(number, isMain: number == main) {
        return end(.unknown, "stopped, because \(why); \(state)")
      }
      decisions[0].seconds = Date().timeIntervalSince(start)
      if decision.secondsLeft <= 0 { return late() }
      if options.isCancelled() { return end(.unknown, "interrupted; \(state)") }
      if case .bounds(let method) = step.stage, finished.contains(method) { continue }
      take(step)
      switch decision.outcome {
      case .holds: return holds(by: step.stage)
      case .violated(let witness):
        return end(
          .violated(witness), "an input violates the property, and running the network confirms it")
      case .failed, nil: break
      }
      if let stopped = searchStopped(step) { return stopped }
    }
    if options.isCancelled() { return end(.unknown, "interrupted; \(state)") }
    decisions[0].seconds = Date().timeIntervalSince(start)
    return decision.secondsLeft <= 0 ? late() : undecided()
  }

  private func take(_ step: Step) {
    let begin = Date()
    announce(step)
    var shown = begin
    let found = decider.take(step, on: &decisions, [0], checkpoint: options.checkpoint) { state in
      guard case .complete(let completion) = step.stage,
        Date().timeIntervalSince(shown) > 0.2
      else { return }
      shown = Date()
      progress(line(state, of: completion, since: begin))
    }
    switch step.stage {
    case .attack, .constants, .joined: break
    case .bounds(let method):
      let isCut = Date().timeIntervalSince(begin) >= step.most || options.isCancelled()
      if !isCut { finished.insert(method) }
    case .complete: searched = found
    }
  }

  // MARK: Progress

  private func announce(_ step: Step) {
    if case .attack = step.stage, !options.attacks { return }
    let name =
      if case .complete(let completion) = step.stage { completion.words } else { step.name }
    progress(
      "\(Int(Date().timeIntervalSince(start))) s: \(name), \(decision.openCount) of "
        + "\(conditions) violations open")
  }

  private func line(
    _ state: SearchProgress, of completion: CompleteMethod, since begin: Date
  ) -> String {
    let seconds = Date().timeIntervalSince(begin)
    let margin = state.worstMargin.map { String(format: ", worst margin %.4g", $0) } ?? ""
    return String(
      format: "%.0f s: %@, %d open, %d bounded (%.0f/s), %@%@, %d MiB",
      Date().timeIntervalSince(start), completion.words, state.open, state.visited,
      Double(state.visited) / max(1e-3, seconds), state.decidedText, margin,
      state.bytes >> 20)
  }

  // MARK: Answers

  private func holds(by stage: Stage) -> Verification {
    guard case .complete(let completion) = stage, let result = searched else {
      return end(
        .holds, "\(stage.name) bounds rule out every violation, in \(decider.precision.arithmetic)")
    }
    return end(
      .holds,
      "\(completion.words) rules out every violation, in "
        + "\(completion.arithmetic(decider.precision)), \(work(result))")
  }

  private func work(_ result: SearchResult) -> String {
    "\(result.strategy); \(result.progress.visited) sub-problems"
  }

  /// The answer where a complete search was stopped from outside; nil where it gave up, or may go on by other means.
  private func searchStopped(_ step: Step) -> Verification? {
    guard case .complete = step.stage, let result = searched,
      case .stopped(let limit) = result.outcome
    else { return nil }
    let state =
      "\(work(result)), \(result.progress.open) open, "
      + result.progress.decidedText
    switch limit {
    case .time:
      let left = options.timeout.map { $0.seconds - Date().timeIntervalSince(start) } ?? .infinity
      if !step.isUnlimited && left > 0 { return nil }
      return end(.timeout, "the time limit came first; \(state); a longer --timeout would help")
    case .cancelled: return end(.unknown, "interrupted; \(state)")
    case .storage(let why): return end(.unknown, "stopped, because \(why); \(state)")
    case .rounding, .unsupported: return nil
    }
  }

  private func late() -> Verification {
    end(.timeout, "the time limit came first; \(state); a longer --timeout would help")
  }

  private func undecided() -> Verification {
    let notes = decision.notes
    let because = notes.isEmpty ? "" : "; \(notes.sorted().joined(separator: "; "))"
    return end(
      .unknown,
      "no counterexample found, and \(state)\(because); a smaller region or a complete search "
        + "would help")
  }

  /// The number of conditions that were asked about.
  private var conditions: Int { decision.questions.reduce(0) { $0 + $1.conditions.count } }

  private var state: String {
    let margin =
      decision.bestMargin.map { ", best margin so far \(Float($0))" } ?? ", without a finite bound"
    let plural = conditions == 1 ? "" : "s"
    return "\(decision.openCount) of \(conditions) violation\(plural) not ruled out\(margin)"
  }

  private func end(_ answer: Verification.Answer, _ reason: String) -> Verification {
    switch answer {
    case .holds, .violated: options.checkpoint?.remove()
    case .unknown, .timeout: break
    }
    return Verification(
      answer: answer, reason: reason, method: decision.method, bestMargin: decision.bestMargin,
      arithmetic: decider.precision.arithmetic, steps: decision.steps,
      seconds: Date().timeIntervalSince(start))
  }

  // MARK: Checkpoints

  /// Takes up what earlier runs ruled out, as the checkpoint says.
  ///
  /// - Returns: How many steps were begun then.
  private func takeUpPrologue() -> Int {
    guard let prologue = options.checkpoint?.prologue, prologue.begun > 0,
      let known = prologue.open, known.count == decision.questions.count,
      known.contains(where: { !$0.isEmpty }),
      // A place that no condition has would leave its question without any, which reads as answered.
      zip(known, decision.questions).allSatisfy({ places, question in
        places.allSatisfy(question.conditions.indices.contains)
      })
    else { return 0 }
    for (question, places) in known.enumerated() {
      let open = Set(places)
      for condition in decision.questions[question].conditions.indices {
        decisions[0].questions[question].conditions[condition].isImpossible =
          !open.contains(condition)
      }
    }
    return prologue.begun
  }

  /// Notes in the checkpoint that a step begins, and what is open before it.
  ///
  /// A run that is ended in the middle of the step is not to begin it again: attacks and bounds help, but the search decides
  /// without them.
  ///
  /// - Parameters:
  ///   - number: The place of the step.
  ///   - isMain: Whether it is the search, which writes the checkpoint itself.
  /// - Returns: Why the checkpoint could not be written; nil where it was, or there is none.
  private func note(_ number: Int, isMain: Bool) -> String? {
    guard options.checkpoint != nil else { return nil }
    options.checkpoint?.prologue.open = decision.questions.map(\.open)
    options.checkpoint?.prologue.begun = isMain ? number : number + 1
    guard !isMain else { return nil }
    do throws(InputError) {
      try options.checkpoint?.writePrologue()
      return nil
    } catch {
      return error.description
    }
  }
}
