/// Training that left the numbers, or that learns nothing.
public struct Divergence: Error, Sendable, CustomStringConvertible {
  /// The batch, counted from 0 over the whole run.
  public var batch: Int
  /// The epoch, counted from 1.
  public var epoch: Int
  /// What happened.
  public var reason: String

  /// The epoch and what happened.
  public var description: String { "training diverged in epoch \(epoch): \(reason)" }
}
