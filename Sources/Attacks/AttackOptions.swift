import Foundation

/// How hard an attack searches.
public struct AttackOptions: Sendable {
  /// The steps of each descent.
  public var steps = 100
  /// The descents from different starts for each condition; for a label, each other class is a condition.
  public var restarts = 4
  /// The first step, as a part of the region's width in each element.
  public var stepSize = 0.25
  /// The last step, as a part of the first; steps shrink geometrically.
  public var decay = 0.02
  /// The points of a region that are tried before any descent, where the region has few free elements;
  /// other regions get a part of them.
  public var samples = 2048
  /// Where the random starts come from; equal seeds give equal starts.
  public var seed: UInt64 = 0
  /// The bytes that the values of a batch may take, over all threads.
  public var memory = 1 << 29
  /// When to stop; what was found by then is returned.
  public var deadline: Date?
  /// Asked now and then; what was found when it says true is returned.
  public var isCancelled: @Sendable () -> Bool = { false }

  /// Creates options with defaults that work.
  public init() {}

  /// Whether the deadline has passed, or the work was called off.
  var isOverdue: Bool { isCancelled() || deadline.map { $0 <= Date() } ?? false }

  /// The seconds left; infinite without a deadline.
  var secondsLeft: Double { deadline?.timeIntervalSinceNow ?? .infinity }
}
