import Bounds
import Files
import Foundation
import Properties
import Records

/// Examples that are certified together, and what is known of each.
struct ExampleBatch {
  /// The results so far.
  var lines: [ResultLine]
  /// The inputs around each example.
  var regions: [Region?]
  /// The output in the middle of each example's region, and what single precision loses there.
  var samples: [RoundingProbe.Sample?]
  /// What kept an example from being decided.
  var reasons: [Set<String>]
  /// The margins that some method showed to be positive.
  private var shown: [Set<Int>]
  /// The seconds that may be spent on each example; nil for as long as it takes.
  let limit: Double?
  /// Asked now and then; true ends the work on the batch.
  let isStopped: @Sendable () -> Bool
  /// Whether nothing more is to be tried.
  private var isDecided: [Bool]
  /// Whether the result was handed over.
  private var isReported: [Bool]

  init(
    _ lines: [ResultLine], limit: Double?, isStopped: @escaping @Sendable () -> Bool
  ) {
    self.lines = lines
    self.limit = limit
    self.isStopped = isStopped
    regions = .init(repeating: nil, count: lines.count)
    samples = .init(repeating: nil, count: lines.count)
    reasons = .init(repeating: [], count: lines.count)
    shown = .init(repeating: [], count: lines.count)
    isDecided = .init(repeating: false, count: lines.count)
    isReported = isDecided
  }

  /// The examples that nothing has decided yet.
  var open: [Int] { lines.indices.filter { !isDecided[$0] } }

  /// The open examples that have time left.
  var ready: [Int] { open.filter(isReady) }

  /// Whether an example is open, has time left, and the work is not to stop.
  func isReady(_ index: Int) -> Bool {
    !isDecided[index] && secondsLeft(index) > 0 && !isStopped()
  }

  /// The seconds that may be spent on an example still.
  private func secondsLeft(_ index: Int) -> Double {
    limit.map { $0 - lines[index].seconds } ?? .infinity
  }

  /// When a step that some examples share is to end, so that none of them gets more than its limit.
  ///
  /// The time of the step is divided evenly among them, so together they have that of the one with the least, as often
  /// as there are examples.
  ///
  /// - Parameter share: The part of the time left that the step may take.
  func deadline(of members: [Int], share: Double = 1) -> Date? {
    guard limit != nil, let least = members.map(secondsLeft).min() else { return nil }
    return Date(timeIntervalSinceNow: share * least * Double(members.count))
  }

  /// Records a verdict.
  mutating func decide(_ index: Int, _ verdict: ExampleVerdict, by method: String?) {
    lines[index].verdict = verdict
    lines[index].method = method
    isDecided[index] = true
  }

  /// Records that an example cannot be used at all.
  mutating func refuse(_ index: Int, _ problem: InputError) {
    decide(index, .error, by: nil)
    lines[index].reason = problem.description
  }

  /// Records a counterexample.
  ///
  /// An output that is exactly the threshold of a network of one output is class 0, so it does not violate that label.
  mutating func decide(_ index: Int, violatedBy witness: Witness, found method: String) {
    if lines[index].run.threshold != nil, lines[index].label == 0,
      witness.output[1] <= witness.output[0]
    {
      reasons[index].insert("the output comes to the threshold, which is no violation")
      return
    }
    lines[index].counterexample = ResultLine.Counterexample(
      input: witness.input, output: witness.output)
    decide(index, .violated, by: method)
  }

  /// Whether some method showed that the class at a place, counted without the label, is impossible.
  func isShown(_ index: Int, _ place: Int) -> Bool { shown[index].contains(place) }

  /// Records that an example cannot be decided.
  mutating func fail(_ index: Int, _ reason: String) {
    reasons[index].insert(reason)
    isDecided[index] = true
  }

  /// Spreads seconds over the examples that they were spent on.
  ///
  /// - Parameter method: What took them; nil for what precedes all methods.
  mutating func add(_ seconds: Double, to members: [Int], of method: String? = nil) {
    for index in members {
      let part = seconds / Double(members.count)
      if let method { lines[index].methodSeconds[method, default: 0] += part }
      lines[index].seconds += part
    }
  }

  /// Looks at the margins of an example and keeps the best.
  mutating func judge(_ index: Int, _ margins: [Double], _ precision: Precision) -> [Judgement] {
    let label = lines[index].label
    guard let sample = samples[index] else {
      preconditionFailure("An example is judged before it was measured")
    }
    let output = sample.output
    let others = output.indices.filter { $0 != label }
    if lines[index].margins.isEmpty {
      lines[index].margins = .init(repeating: nil, count: margins.count)
    }
    return margins.enumerated().map { place, margin in
      let known = lines[index].margins[place] ?? -.infinity
      lines[index].margins[place] = max(known, margin)
      // A margin that a cheaper method showed stays shown.
      if shown[index].contains(place) { return .impossible }
      let judgement = Judgement(
        margin: margin, scale: abs(output[label]) + abs(output[others[place]]),
        noise: sample.noise(weight: 2), precision: precision)
      if judgement == .impossible { shown[index].insert(place) }
      return judgement
    }
  }

  /// Ends the work on an example, with the reason where nothing was decided.
  mutating func close(_ index: Int) {
    guard !isDecided[index] else { return }
    isDecided[index] = true
    if secondsLeft(index) <= 0, !reasons[index].contains(where: { $0.hasSuffix("of time") }) {
      reasons[index].insert("the time limit came first")
    }
    if let margin = lines[index].smallestMargin {
      let isAttacked = lines[index].run.effort?.hasAttack ?? true
      reasons[index].insert(
        (isAttacked ? "no counterexample found, " : "") + "best margin so far \(Float(margin))")
    }
  }

  /// The results that are there and were not handed over yet.
  mutating func results() -> [ResultLine] {
    let new = lines.indices.filter { isDecided[$0] && !isReported[$0] }
    return new.map { index in
      isReported[index] = true
      var line = lines[index]
      guard line.verdict == .undecided else { return line }
      let reasons = reasons[index].sorted()
      line.reason = reasons.isEmpty ? "no method was tried" : reasons.joined(separator: "; ")
      return line
    }
  }
}
