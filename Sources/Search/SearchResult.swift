import Foundation
import Properties

/// Why a search ended without an answer.
public enum SearchLimit: Sendable, Hashable {
  /// The deadline came.
  case time
  /// It was asked to stop.
  case cancelled
  /// A part cannot be split further, or meets a condition up to rounding; which is said.
  case rounding(String)
  /// The checkpoint could not be written, for a reason.
  case storage(String)
  /// An operation has no rule.
  case unsupported(String)
}

/// The answer of a search.
public enum SearchOutcome: Sendable, Hashable {
  /// No input of any region meets a condition.
  case impossible
  /// An input meets one, confirmed by whoever asked.
  case found(Witness)
  /// Neither was shown.
  case stopped(SearchLimit)
}

/// How far a search has come.
public struct SearchProgress: Sendable, Hashable {
  /// The sub-problems that were bounded.
  public var visited = 0
  /// The sub-problems that wait.
  public var open = 0
  /// The part of the questions' volume, or of the tree, that is decided.
  public var decided = 0.0
  /// The lowest margin among the sub-problems that wait; negative.
  public var worstMargin: Double?
  /// The bytes that waiting sub-problems take.
  public var bytes = 0

  /// Nothing done yet.
  public init() {}

  /// The part that is decided, for people: never a whole while something waits.
  public var decidedText: String {
    String(format: "%.4g %% decided", 100 * (open > 0 ? min(decided, 0.9999) : decided))
  }
}

/// The answer of a search, and what it took.
public struct SearchResult: Sendable, Hashable {
  /// The answer.
  public var outcome: SearchOutcome
  /// How far the search came.
  public var progress: SearchProgress
  /// How regions were split, and why so.
  public var strategy: String

  /// Creates a result.
  public init(outcome: SearchOutcome, progress: SearchProgress, strategy: String) {
    self.outcome = outcome
    self.progress = progress
    self.strategy = strategy
  }
}
