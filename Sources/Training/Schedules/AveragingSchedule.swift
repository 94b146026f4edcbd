/// How much each batch counts in the average of the weights.
///
/// The average is `average + weight (state - average)` after those batches that have a weight, so nothing but the
/// average itself has to be kept.
public struct AveragingSchedule: Sendable, Hashable {
  /// Which states are averaged.
  public enum Rule: Sendable, Hashable {
    /// None.
    case none
    /// All, older ones less and less: the average keeps the fraction `decay` in each batch.
    case exponential(decay: Double)
    /// One every so many batches, all alike.
    case uniform(every: Int)
  }

  /// Which states are averaged.
  public var rule: Rule
  /// The first epoch that counts, from 1.
  public var start: Int
  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int

  /// Creates a schedule.
  ///
  /// - Precondition: `start`, `batchesPerEpoch` and the distance of uniform averaging are at least 1.
  public init(_ rule: Rule, start: Int = 1, batchesPerEpoch: Int) {
    precondition(start >= 1 && batchesPerEpoch >= 1, "start \(start), \(batchesPerEpoch) batches")
    if case .uniform(let every) = rule { precondition(every >= 1, "every \(every) batches") }
    self.rule = rule
    self.start = start
    self.batchesPerEpoch = batchesPerEpoch
  }

  /// The weight in the average of the state after a batch; nil when it does not count.
  ///
  /// The first state that counts has weight 1.
  ///
  /// - Parameter batch: The number of batches before it in the whole run.
  public func weight(after batch: Int) -> Double? {
    let done = batch + 1 - (start - 1) * batchesPerEpoch
    guard done >= 1 else { return nil }
    switch rule {
    case .none: return nil
    case .exponential(let decay): return done == 1 ? 1 : 1 - decay
    case .uniform(let every): return done % every == 0 ? 1 / Double(done / every) : nil
    }
  }
}
