import Foundation

/// A part that waits to be bounded.
protocol Waiting: Sendable {
  /// By how much its conditions were still possible; the lower, the worse.
  var margin: Float { get }
  /// The bytes that it takes.
  var bytes: Int { get }
  /// Drops what can be computed again.
  mutating func compact()
}

/// The parts that wait, worst first while there is room, nearly solved ones first when there is not.
///
/// Worst first finds counterexamples sooner; taking those that are nearly solved first keeps the number that
/// wait small. Nothing is ever dropped but what can be computed again.
struct Frontier<Part: Waiting> {
  private var heap: [Part] = []
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
  var parts: [Part] { heap }
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

  /// Adds a part.
  mutating func insert(_ part: Part) {
    var part = part
    if isTight { part.compact() }
    bytes += part.bytes
    heap.append(part)
    siftUp(heap.count - 1)
    if bytes > limit && !isTight { tighten() }
  }

  /// Takes the next part.
  mutating func popFirst() -> Part? {
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

  /// Takes the next parts, so many if there are.
  mutating func popFirst(_ count: Int) -> [Part] {
    var taken: [Part] = []
    while taken.count < count, let part = popFirst() { taken.append(part) }
    return taken
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
private final class Unneeded<Part: Sendable>: Sendable {
  private let parts: [Part]

  init(_ parts: [Part]) { self.parts = parts }
}
