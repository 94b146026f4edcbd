import Foundation

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
