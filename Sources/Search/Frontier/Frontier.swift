import Foundation

/// A sub-problem that waits to be bounded.
protocol Waiting: Sendable {
  /// By how much its conditions were still possible; the lower, the worse.
  var margin: Float { get }
  /// The bytes that it takes.
  var bytes: Int { get }
  /// Drops what can be computed again.
  mutating func compact()
}

/// The sub-problems that wait, worst first while there is room, nearly solved ones first when there is not.
///
/// Worst first finds counterexamples sooner; taking those that are nearly solved first keeps the number that
/// wait small. Nothing is ever dropped but what can be computed again.
struct Frontier<Item: Waiting> {
  private var heap: [Item] = []
  /// The bytes that all of them take.
  private(set) var bytes = 0
  /// The bytes that they may take before they are made compact.
  private let limit: Int
  /// Whether the limit was passed.
  private(set) var isTight = false
  private var lowest: Float?
  private var looked = Date.distantPast

  init(limit: Int) { self.limit = limit }

  /// All of them, in no order.
  var items: [Item] { heap }
  var count: Int { heap.count }
  var isEmpty: Bool { heap.isEmpty }
  /// The lowest margin; where room is short, as it was up to a second ago.
  mutating func worst() -> Float? {
    guard isTight else { return heap.first?.margin }
    // All of them have to be looked at then.
    if looked <= Date(timeIntervalSinceNow: -1) {
      looked = Date()
      lowest = heap.lazy.map(\.margin).min()
    }
    return lowest
  }

  /// Adds a sub-problem.
  mutating func insert(_ item: Item) {
    var item = item
    if isTight { item.compact() }
    bytes += item.bytes
    heap.append(item)
    siftUp(heap.count - 1)
    if bytes > limit && !isTight { tighten() }
  }

  /// Takes the next sub-problem.
  mutating func popFirst() -> Item? {
    guard let last = heap.popLast() else { return nil }
    guard let first = heap.first else {
      bytes -= last.bytes
      return last
    }
    heap[0] = last
    siftDown(0)
    bytes -= first.bytes
    return first
  }

  /// Leaves all of them to a thread that gives their memory back, for which nobody has to wait.
  mutating func discard() {
    guard heap.count > 10_000 else { return }
    let left = Unneeded(heap)
    heap = []
    bytes = 0
    Thread.detachNewThread { withExtendedLifetime(left) {} }
  }

  /// Makes everything compact and turns the order around.
  private mutating func tighten() {
    isTight = true
    bytes = 0
    for index in heap.indices {
      heap[index].compact()
      bytes += heap[index].bytes
    }
    for index in (0..<heap.count / 2).reversed() { siftDown(index) }
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    isTight ? heap[a].margin > heap[b].margin : heap[a].margin < heap[b].margin
  }

  private mutating func siftUp(_ index: Int) {
    var child = index
    while child > 0 {
      let parent = (child - 1) / 2
      guard isBefore(child, parent) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ index: Int) {
    var parent = index
    while true {
      let (left, right) = (2 * parent + 1, 2 * parent + 2)
      var first = parent
      if left < heap.count && isBefore(left, first) { first = left }
      if right < heap.count && isBefore(right, first) { first = right }
      guard first != parent else { return }
      heap.swapAt(parent, first)
      parent = first
    }
  }
}

/// What waits for its memory to be given back.
private final class Unneeded<Item: Sendable>: Sendable {
  private let items: [Item]

  init(_ items: [Item]) { self.items = items }
}
