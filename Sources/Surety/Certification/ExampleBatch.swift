import Bounds
import Certificates
import Files
import Foundation
import Properties

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
  /// When to stop.
  let deadline: Date?
  /// Asked now and then; true ends the work on the batch.
  let isStopped: @Sendable () -> Bool
  private var isDecided: [Bool]

  init(
    _ lines: [ResultLine], deadline: Date?, isStopped: @escaping @Sendable () -> Bool
  ) {
    self.lines = lines
    self.deadline = deadline
    self.isStopped = isStopped
    regions = .init(repeating: nil, count: lines.count)
    samples = .init(repeating: nil, count: lines.count)
    reasons = .init(repeating: [], count: lines.count)
    shown = .init(repeating: [], count: lines.count)
    isDecided = .init(repeating: false, count: lines.count)
  }

  /// The examples that nothing has decided yet.
  var open: [Int] { lines.indices.filter { !isDecided[$0] } }

  /// Whether the deadline has passed, or the work is to stop.
  var isOverdue: Bool { isStopped() || deadline.map { $0 <= Date() } ?? false }

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

  /// Spreads the seconds that a method took over its examples.
  mutating func add(_ seconds: Double, to members: [Int], of method: String) {
    for index in members {
      lines[index].methodSeconds[method, default: 0] += seconds / Double(members.count)
      lines[index].seconds += seconds / Double(members.count)
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

  /// The results, with the reason where nothing was decided.
  func finished() -> [ResultLine] {
    lines.indices.map { index in
      var line = lines[index]
      guard line.verdict == .undecided else { return line }
      var reasons = reasons[index].sorted()
      if !isDecided[index] {
        if isOverdue { reasons.append("the time limit came first") }
        if let margin = line.smallestMargin {
          reasons.append("no counterexample found, best margin so far \(Float(margin))")
        }
      }
      line.reason = reasons.isEmpty ? "no method was tried" : reasons.joined(separator: "; ")
      return line
    }
  }
}
