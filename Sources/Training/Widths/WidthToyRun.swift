import Lipschitz

/// One training of `WidthToy` and what was measured of it.
public struct WidthToyRun: Sendable, Hashable {
  /// The square matrix after some steps.
  public struct Measure: Sendable, Hashable {
    /// The steps.
    public var step: Int
    /// Its largest singular value, proved from above and reached from below.
    public var largest: NormEnclosure
    /// The sublayer gain: the root mean square of what the matrix puts out, before it is normalised, over that of what it reads.
    public var gain: Double
    /// The mean squared distance of an output to the teacher's.
    public var error: Double
  }

  /// What was trained.
  public let toy: WidthToy
  /// What was measured, quarter by quarter; less where the training diverged.
  public internal(set) var measures: [Measure] = []
  /// The step by which a weight was no number any more; nil where none was.
  public internal(set) var divergedBy: Int?

  init(_ toy: WidthToy) { self.toy = toy }
}
