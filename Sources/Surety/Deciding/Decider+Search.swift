import Attacks
import Bounds
import Foundation
import Properties
import Search

extension Decider {
  /// Searches for a counterexample.
  func search(_ decision: inout Decision, _ step: Step, _ effort: AttackEffort) {
    guard attacks, let property = decision.property else { return }
    let begin = Date()
    do throws(Unsupported) {
      var attack = try attack.get()
      attack.options = effort.options(seed: seed)
      attack.options.deadline = deadline(of: step, [decision], [0])
      attack.options.isCancelled = isStopped
      let witness = attack.counterexample(to: property)
      // Seconds of an attack say that there was one.
      decision.note(effort.name, seconds: Date().timeIntervalSince(begin))
      if let witness { decision.end(.violated(witness), by: effort.name) }
    } catch {
      decision.notes.insert(error.description)
    }
  }

  /// What a complete search of a decision may use.
  func searchOptions(_ deadline: Date?, _ checkpoint: SearchCheckpoint?) -> SearchOptions {
    var options = SearchOptions()
    options.memory = memory
    options.isCancelled = isStopped
    options.deadline = deadline
    options.checkpoint = checkpoint
    if let recorder { options.onClosedBox = recorder.add }
    return options
  }

  /// Decides by a complete search what is open still.
  ///
  /// - Soundness: As for `CompleteSearch`; conditions that are left out were ruled out before.
  func complete(
    _ decision: inout Decision, _ step: Step, by completion: CompleteMethod,
    _ checkpoint: SearchCheckpoint?, _ progress: (SearchProgress) -> Void
  ) -> SearchResult {
    guard let property = decision.property else {
      preconditionFailure("A search without a question")
    }
    let begin = Date()
    var whole = step
    (whole.share, whole.most) = (1, .infinity)
    let hunter = Hunter(
      attack: try? attack.get(), property: property, hunts: attacks, seed: seed,
      limits: searchOptions(deadline(of: whole, [decision], [0]), nil))
    recorder?.begin(decision.questions.indices.filter { !decision.questions[$0].isAnswered })
    let result = completion.decide(
      decision.questions.filter { !$0.isAnswered }.map(\.rest), in: network, precision,
      searchOptions(deadline(of: step, [decision], [0]), checkpoint), hunter, progress: progress)
    let isImpossible = result.outcome == .impossible
    decision.note(
      completion.rawValue, seconds: Date().timeIntervalSince(begin),
      ruledOut: isImpossible ? decision.openCount : 0)
    switch result.outcome {
    case .impossible: decision.end(.holds, by: completion.rawValue)
    case .found(let witness): decision.end(.violated(witness), by: completion.rawValue)
    case .stopped(.rounding(let why)), .stopped(.unsupported(let why)):
      decision.notes.insert("\(completion.words) stopped: \(why)")
    case .stopped: break
    }
    return result
  }

  /// Whether branch and bound would split boxes of inputs, which smaller boxes help more than better slopes do.
  func splitsInputs(of decision: Decision) -> Bool {
    let questions = decision.questions.filter { !$0.isAnswered }.map(\.rest)
    return CompleteSearch(network, precision: precision, options: searchOptions(nil, nil))
      .strategy(for: questions).split == .inputs
  }
}
