import Foundation

/// How a region is cut into parts.
public enum SplitKind: String, Sendable, CaseIterable, Codable {
  /// The box of inputs is halved along one input.
  case inputs
  /// An activation of unknown sign is taken positive in one part and negative in the other.
  case neurons
}

/// What a search may use, and how it works.
public struct SearchOptions: Sendable {
  /// The bytes that sub-problems and the rows of backward passes may take together.
  public var memory = 4 << 30
  /// When to stop.
  public var deadline: Date?
  /// How to split; chosen by the number of inputs that can move where nil.
  public var split: SplitKind?
  /// Where branch and bound keeps its tree, if anywhere.
  public var checkpoint: SearchCheckpoint?
  /// Told of every box in which all conditions are ruled out, where boxes of inputs are split.
  public var onClosedBox: (@Sendable (ClosedBox) -> Void)?
  /// Told of every part that is closed, where signs are split.
  ///
  /// The search then leans on nothing that a proof does not repeat: CROWN's intervals of the whole region, slopes and multipliers.
  public var onClosedSigns: (@Sendable (ClosedSigns) -> Void)?
  /// Asked between batches; the search stops when it says true.
  public var isCancelled: @Sendable () -> Bool = { false }

  /// Creates options with defaults that work.
  public init() {}

  /// The limit that has come, if any.
  public var limit: SearchLimit? {
    isCancelled() ? .cancelled : deadline.map { $0 <= Date() } ?? false ? .time : nil
  }
}
