import Foundation
import Properties
import Search

/// A property that is being decided: what is known of it, what decided it, and at what cost.
struct Decision: Sendable {
  /// What was shown of a property.
  enum Outcome: Sendable, Hashable {
    /// No input of any region violates it.
    case holds
    /// An input violates it, as running the network confirmed.
    case violated(Witness)
    /// Neither; and nothing more is to be tried.
    case failed
  }

  /// What is asked; nil before that is known, and nothing can be shown until it is.
  let property: Property?
  /// Its questions, in order.
  var questions: [OpenQuestion]
  /// What was shown; nil while nothing is.
  private(set) var outcome: Outcome?
  /// The stage that showed it.
  private(set) var method: String?
  /// The steps that were taken, in order.
  private(set) var steps: [Verification.Step] = []
  /// Why a method could not be used, or did not come to an end.
  var notes: Set<String> = []
  /// The seconds that may be spent; nil for as long as it takes.
  let limit: Double?
  /// The seconds that were spent.
  var seconds = 0.0

  /// - Parameters:
  ///   - questions: The property's questions.
  ///   - limit: The seconds that may be spent.
  init(_ property: Property?, _ questions: [OpenQuestion], limit: Double?) {
    (self.property, self.questions, self.limit) = (property, questions, limit)
  }

  /// Whether nothing more is to be tried.
  var isOver: Bool { outcome != nil }

  /// The seconds that may be spent still.
  var secondsLeft: Double { limit.map { $0 - seconds } ?? .infinity }

  /// The number of conditions that are not ruled out.
  var openCount: Int { questions.reduce(0) { $0 + $1.open.count } }

  /// The least amount by which a violation is still possible, negative, or by which all were ruled out; nil where
  /// a condition has no bound.
  var bestMargin: Double? {
    let margins = questions.flatMap { question in
      // What an earlier run ruled out left no number.
      question.conditions.filter { !$0.isImpossible || $0.margin.isFinite }.map(\.margin)
    }
    return margins.min().flatMap { $0.isFinite ? $0 : nil }
  }

  /// Records what was shown.
  mutating func end(_ outcome: Outcome, by method: String? = nil) {
    (self.outcome, self.method) = (outcome, method)
  }

  /// Records that the property cannot be decided.
  mutating func fail(_ reason: String) {
    notes.insert(reason)
    outcome = .failed
  }

  /// Records that all conditions are ruled out, if they are.
  mutating func endIfAnswered(by method: String) {
    guard outcome == nil, !questions.isEmpty else { return }
    if questions.allSatisfy(\.isAnswered) { end(.holds, by: method) }
  }

  /// Records seconds that a step took.
  ///
  /// - Parameter ruledOut: The conditions that it ruled out.
  mutating func note(_ method: String, seconds: Double, ruledOut: Int = 0) {
    self.seconds += seconds
    steps.append(Verification.Step(method: method, seconds: seconds, ruledOut: ruledOut))
  }

  /// The seconds of each method.
  var methodSeconds: [String: Double] {
    steps.reduce(into: [:]) { $0[$1.method, default: 0] += $1.seconds }
  }
}
