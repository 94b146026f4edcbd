import Foundation

/// How many parts to take at a time, so that a batch ends soon enough to notice a deadline.
struct Pace {
  /// How many to take next.
  private(set) var size: Int
  private let most: Int

  /// Starts with few.
  init(most: Int) {
    self.most = most
    size = min(16, most)
  }

  /// Does the work of a batch and adjusts the size to the time that it took.
  mutating func measure<Result, E: Error>(_ work: () throws(E) -> Result) throws(E) -> Result {
    let begin = Date()
    let result = try work()
    let seconds = Date().timeIntervalSince(begin)
    if seconds < 0.08 { size = min(most, size * 2) }
    if seconds > 0.25 { size = max(1, size / 2) }
    return result
  }
}

/// When to look for counterexamples between batches, and for how long: a tenth of the time, in ever longer turns.
public struct HuntSchedule {
  private let start = Date()
  private var due = 0.2

  /// Starts to count the time.
  public init() {}

  /// The seconds to search now; nil when it is not yet time.
  public mutating func next() -> Double? {
    let elapsed = Date().timeIntervalSince(start)
    guard elapsed >= due else { return nil }
    due = elapsed * 1.6
    return min(10, 0.06 * due)
  }
}
