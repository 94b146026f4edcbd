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

  init(limit: Int) { self.limit = limit }

  /// All of them, in no order.
  var items: [Item] { heap }
  var count: Int { heap.count }
  var isEmpty: Bool { heap.isEmpty }
  /// The lowest margin.
  var worst: Float? { isTight ? heap.map(\.margin).min() : heap.first?.margin }

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
