/// The cuts that made a box: its own, and those of the box that it was cut from.
public final class InputPath: Sendable {
  /// The input that was cut.
  public let input: Int
  /// Where.
  public let at: Double
  /// Whether the box is below the cut; above it otherwise.
  public let isBelow: Bool
  /// The cuts before; nil for a part of the region itself.
  public let before: InputPath?

  init(input: Int, at: Double, isBelow: Bool, before: InputPath?) {
    (self.input, self.at, self.isBelow, self.before) = (input, at, isBelow, before)
  }

  /// The cuts from the region on.
  public var cuts: [InputPath] {
    var cuts: [InputPath] = []
    var next: InputPath? = self
    while let cut = next {
      cuts.append(cut)
      next = cut.before
    }
    return cuts.reversed()
  }
}

/// A box in which all conditions were ruled out, as a proof has to repeat it.
///
/// The box is that of its cuts alone; what clipping left of it is smaller.
public struct ClosedBox: Sendable {
  /// Which question it belongs to.
  public var question: Int
  /// The cuts that made it; nil for the whole region.
  public var path: InputPath?
}
