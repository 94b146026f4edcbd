import Foundation

/// How many sub-problems to take at a time, so that a batch ends soon enough to notice a deadline.
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
