import Files
import Networks
import Properties

/// A way to cut regions into parts and to decide them, for `TreeSearch` to work with.
///
/// - Soundness: A search answers `impossible` when every part is closed. So `whole` must cover every region; what `settle`
///   closes and leaves open of a part must cover it together; and no input of what it closes may meet a condition.
protocol SplittingStrategy: Sendable {
  /// What is bounded at once, waits, and is kept in a checkpoint.
  associatedtype Part: Storable

  /// How regions are cut.
  var kind: SplitKind { get }
  /// What tells the numbers that parts remember from those of a search that was prepared otherwise.
  var mark: UInt32 { get }
  /// The parts to begin with.
  var whole: [Part] { get }
  /// How many parts are bounded at a time, at most.
  var batchSize: Int { get }
  /// What there is to say and to do when nothing is left but parts that can be neither closed nor cut.
  var remainder: Remainder { get }

  /// Whether a part is one of this search; a file may have been changed.
  func owns(_ part: Part) -> Bool
  /// Bounds parts, closes what the bounds rule out, and cuts the rest.
  ///
  /// - Returns: What became of each part, in order.
  func settle(_ parts: [Part]) throws(Unsupported) -> [PartOutcome<Part>]
}

/// A part that a checkpoint can hold.
protocol Storable: Waiting {
  /// Writes what it takes to begin it again.
  func write(to sink: inout FileSink)
  /// Begins it again; nil where the bytes are none of a part.
  init?(from source: inout ByteSource)
}

/// The end of a search in which parts are left that can be neither closed nor cut.
struct Remainder: Sendable {
  /// Why such parts are left.
  var reason: String
  /// For how many seconds to look for a counterexample once more; nil for not at all.
  var hunt: Double?
}

/// What became of a part.
struct PartOutcome<Part: Sendable>: Sendable {
  /// An input that meets a condition.
  var witness: Witness?
  /// What was ruled out of it.
  var closed: [ClosedPart<Part>] = []
  /// The parts that the rest was cut into.
  var open: [Part] = []
  /// Whether a condition is met in it up to rounding, so that no bound will ever rule it out.
  var isTied = false
  /// Whether it is open but cannot be cut.
  var isStuck = false
}

/// A piece of a region that is done with, and all that a proof of it has to repeat.
struct ClosedPart<Part: Sendable>: Sendable {
  /// The part as it was bounded last: the splits that made it, and the slopes and multipliers where it has some.
  var part: Part
  /// What rules out conditions in all of the part.
  var reasons: [ClosingReason]
  /// The smaller box outside of which domain clipping ruled out the conditions that have no reason; nil where all of them
  /// have one, and nothing of the part is left.
  var rest: Part?
  /// How much of all that is to be searched it is.
  var share: Double
}

/// What rules a condition out in a part; conditions are counted among those of the part's root.
enum ClosingReason: Sendable, Hashable {
  /// A lower bound of the sum of the condition's constraints, each times a factor that is not negative, clears the limit.
  case bound(condition: Int, factors: [Double])
  /// The linear constraints that splits and the condition put on the input exclude each other (clip-and-verify).
  case clipped(condition: Int)
}
