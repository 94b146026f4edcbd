import Proofs
import Search
import Synchronization

/// Keeps the boxes that a search closed, for a proof by parts of the region.
public final class BoxRecorder: Sendable {
  private let boxes = Mutex<[ClosedBox]>([])
  /// For each question of the search, which of the property's it is.
  private let questions = Mutex<[Int]>([])

  /// Creates a recorder with nothing in it.
  public init() {}

  /// Forgets everything and begins with a search.
  ///
  /// - Parameter questions: For each question of the search, which of the property's it is.
  func begin(_ questions: [Int]) {
    self.questions.withLock { $0 = questions }
    boxes.withLock { $0 = [] }
  }

  func add(_ box: ClosedBox) { boxes.withLock { $0.append(box) } }

  /// The cuts by which the region of a question was searched; nil where they are not all known.
  func cuts(of question: Int) -> RecordedCuts? {
    known(of: question).flatMap { $0.isComplete ? $0 : nil }
  }

  /// The cuts of the region of a question as far as they are known; nil where it was not searched, or they contradict each other.
  func known(of question: Int) -> RecordedCuts? {
    guard let place = questions.withLock({ $0.firstIndex(of: question) }) else { return nil }
    let root = Node()
    for box in boxes.withLock({ $0 }) where box.question == place {
      guard root.add(box.path?.cuts ?? []) else { return nil }
    }
    return root.cuts
  }

  /// A box while boxes are put together: closed, or cut in two.
  private final class Node {
    private var cut: (place: RecordedCuts.Place, below: Node, above: Node)?
    private var isClosed = false

    /// Notes a closed box by its cuts; false where it contradicts what is known.
    func add(_ path: [InputPath]) -> Bool {
      var node = self
      for step in path {
        let place = RecordedCuts.Place(input: step.input, at: step.at)
        let cut = node.cut ?? (place, Node(), Node())
        guard cut.place == place else { return false }
        node.cut = cut
        node = step.isBelow ? cut.below : cut.above
      }
      node.isClosed = true
      return true
    }

    var cuts: RecordedCuts {
      guard let cut else { return isClosed ? .closed : .open }
      return .cut(cut.place, below: cut.below.cuts, above: cut.above.cuts)
    }
  }
}

/// The cuts of a region into boxes.
indirect enum RecordedCuts: Sendable {
  /// Where a box is cut in two.
  struct Place: Sendable, Hashable {
    var input: Int
    var at: Double
  }

  /// A side of a cut.
  struct Side: Sendable {
    var place: Place
    var isBelow: Bool
  }

  /// Everything is ruled out in the box.
  case closed
  /// Nothing is known of the box.
  case open
  /// The box is cut in two.
  case cut(Place, below: RecordedCuts, above: RecordedCuts)

  /// Whether every part is closed.
  var isComplete: Bool {
    switch self {
    case .closed: true
    case .open: false
    case .cut(_, let below, let above): below.isComplete && above.isComplete
    }
  }

  /// The largest boxes of which every part is closed, each with the sides of the cuts that make it.
  var closed: [(cuts: RecordedCuts, path: [Side])] {
    var found: [(cuts: RecordedCuts, path: [Side])] = []
    return findClosed(&found, []) ? [(self, [])] : found
  }

  /// Finds the largest closed boxes within this one; true where it is closed itself, which adds none.
  private func findClosed(
    _ found: inout [(cuts: RecordedCuts, path: [Side])], _ path: [Side]
  ) -> Bool {
    guard case .cut(let place, let below, let above) = self else {
      if case .closed = self { return true } else { return false }
    }
    let sides = [(below, true), (above, false)].map { cuts, isBelow in
      (cuts: cuts, path: path + [Side(place: place, isBelow: isBelow)])
    }
    let areClosed = sides.map { $0.cuts.findClosed(&found, $0.path) }
    if areClosed == [true, true] { return true }
    for (side, isClosed) in zip(sides, areClosed) where isClosed { found.append(side) }
    return false
  }
}
