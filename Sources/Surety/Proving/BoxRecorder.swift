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
    guard let place = questions.withLock({ $0.firstIndex(of: question) }) else { return nil }
    let root = RecordedCuts.Node()
    for box in boxes.withLock({ $0 }) where box.question == place {
      guard root.add(box.path?.cuts ?? []) else { return nil }
    }
    return root.isComplete ? RecordedCuts(root: root) : nil
  }
}

/// The cuts of a region into boxes.
struct RecordedCuts {
  /// A box: closed, or cut in two.
  final class Node {
    private(set) var cut: TreeProof.Cut?
    private(set) var below: Node?
    private(set) var above: Node?
    private var isClosed = false

    /// Notes a closed box by its cuts; false where it contradicts what is known.
    fileprivate func add(_ path: [InputPath]) -> Bool {
      var node = self
      for step in path {
        let cut = TreeProof.Cut(.input(step.input), at: ExactNumber(step.at))
        if node.cut == nil {
          (node.cut, node.below, node.above) = (cut, Node(), Node())
        }
        guard node.cut == cut, let next = step.isBelow ? node.below : node.above else {
          return false
        }
        node = next
      }
      node.isClosed = true
      return true
    }

    /// Whether every part is closed.
    fileprivate var isComplete: Bool {
      var waiting = [self]
      while let node = waiting.popLast() {
        if let below = node.below, let above = node.above {
          waiting += [below, above]
        } else if !node.isClosed {
          return false
        }
      }
      return true
    }
  }

  let root: Node
}
