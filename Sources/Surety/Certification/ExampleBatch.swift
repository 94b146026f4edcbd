import Bounds
import Files
import Foundation
import Properties
import Records

/// Examples that are certified together, and what is known of each.
struct ExampleBatch {
  /// The results so far, without what the decisions know.
  var lines: [ResultLine]
  /// What is known of the property of each: that no input around the example gets another label.
  var decisions: [Decision]
  /// The seconds that may be spent on each example; nil for as long as it takes.
  let limit: Double?
  /// Asked now and then; true ends the work on the batch.
  let isStopped: @Sendable () -> Bool
  /// Whether the result was handed over.
  private var isReported: [Bool]

  /// - Parameter decisions: One for each line, without questions until the example has a region.
  init(
    _ lines: [ResultLine], limit: Double?, isStopped: @escaping @Sendable () -> Bool
  ) {
    self.lines = lines
    self.limit = limit
    self.isStopped = isStopped
    decisions = lines.map { _ in Decision(nil, [], limit: limit) }
    isReported = .init(repeating: false, count: lines.count)
  }

  /// The examples that nothing has decided yet.
  var open: [Int] { decisions.indices.filter { !decisions[$0].isOver } }

  /// The open examples that have time left.
  var ready: [Int] { open.filter(isReady) }

  /// Whether an example is open, has time left, and the work is not to stop.
  func isReady(_ index: Int) -> Bool {
    !decisions[index].isOver && decisions[index].secondsLeft > 0 && !isStopped()
  }

  /// Records a verdict that needs no proof.
  mutating func decide(_ index: Int, _ verdict: ExampleVerdict) {
    lines[index].verdict = verdict
    decisions[index].end(.failed)
  }

  /// Records that an example cannot be used at all.
  mutating func refuse(_ index: Int, _ problem: InputError) {
    decide(index, .error)
    lines[index].reason = problem.description
  }

  /// Begins to decide the property of an example, with the seconds that it took so far.
  mutating func begin(_ index: Int, _ decision: Decision) {
    let seconds = decisions[index].seconds
    decisions[index] = decision
    decisions[index].seconds = seconds
  }

  /// Spreads seconds that precede all methods over the examples that they were spent on.
  mutating func add(_ seconds: Double, to members: [Int]) {
    for index in members { decisions[index].seconds += seconds / Double(members.count) }
  }

  /// Ends the work on an example, with the reason where nothing was decided.
  mutating func close(_ index: Int) {
    guard !decisions[index].isOver else { return }
    if decisions[index].secondsLeft <= 0,
      !decisions[index].notes.contains(where: { $0.hasSuffix("of time") })
    {
      decisions[index].notes.insert("the time limit came first")
    }
    if let margin = line(index).smallestMargin {
      let isAttacked = lines[index].run.effort?.hasAttack ?? true
      decisions[index].notes.insert(
        (isAttacked ? "no counterexample found, " : "") + "best margin so far \(Float(margin))")
    }
    decisions[index].end(.failed)
  }

  /// The results that are there and were not handed over yet.
  mutating func results() -> [ResultLine] {
    let new = decisions.indices.filter { decisions[$0].isOver && !isReported[$0] }
    return new.map { index in
      isReported[index] = true
      var line = line(index)
      guard line.verdict == .undecided else { return line }
      let reasons = decisions[index].notes.sorted()
      line.reason = reasons.isEmpty ? "no method was tried" : reasons.joined(separator: "; ")
      return line
    }
  }

  /// The result of an example, with what its decision knows.
  private func line(_ index: Int) -> ResultLine {
    var line = lines[index]
    let decision = decisions[index]
    (line.seconds, line.methodSeconds) = (decision.seconds, decision.methodSeconds)
    // One condition for each other class.
    let margins = decision.questions.first?.conditions.map(\.margin) ?? []
    if margins.contains(where: \.isFinite) {
      line.margins = margins.map { $0.isFinite ? $0 : nil }
    }
    switch decision.outcome {
    case .holds: line.verdict = .certified
    case .violated(let witness):
      line.verdict = .violated
      line.counterexample = ResultLine.Counterexample(
        input: witness.input, output: witness.output)
    case .failed, nil: return line
    }
    line.method = decision.method
    return line
  }
}
