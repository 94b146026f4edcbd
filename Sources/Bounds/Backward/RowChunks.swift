import Networks
import Tensors

/// How many rows a backward pass takes at a time.
///
/// Rows are independent, so a pass can be cut anywhere. Chunks small enough for the cache are fastest;
/// chunks small enough for the memory are required.
struct RowChunks {
  /// The rows of one chunk.
  let size: Int

  /// - Parameters:
  ///   - memory: The bytes that all threads together may use.
  ///   - scalarSize: The bytes of one coefficient.
  ///   - optimizing: Whether slopes are optimised, for which a pass remembers every node's rows.
  init(
    _ network: Network, below node: Int, memory: Int, scalarSize: Int, optimizing: Bool = false
  ) {
    let (bytes, kept) = Self.bytes(
      network, below: node, scalarSize: scalarSize, optimizing: optimizing)
    // All of them, even inside a parallel loop: the others hold rows too.
    let threads = max(1, Workers.limit)
    let cached = (3 << 19) / max(1, bytes)
    // An element that is bounded from both sides has two rows.
    let allowed = memory / threads / max(1, 2 * kept)
    size = max(1, min(allowed, max(32, min(512, cached))))
  }

  /// The bytes of a row while a pass carries it, and of all that is kept for it.
  private static func bytes(
    _ network: Network, below node: Int, scalarSize: Int, optimizing: Bool
  ) -> (carried: Int, kept: Int) {
    let sizes = network.nodes[...node].map(\.shape.count)
    // A pass holds a row at its node and at the node before it, some of them twice where paths meet.
    let bytes = (sizes.max() ?? 1) * scalarSize * 4
    // Slopes and the optimiser's two moments are as large as the rows they belong to. Lines of curves have two sides
    // of five numbers, in double, besides the lines themselves.
    let curved = network.nodes[...node].filter { $0.operation is any ScalarRelaxable }
      .reduce(0) { $0 + $1.shape.count }
    let kept =
      optimizing
      ? 4 * scalarSize * (sizes.reduce(0, +) + curved) + 80 * curved + bytes : bytes
    return (bytes, kept)
  }

  /// The bytes that the smallest chunks take, over all threads.
  static func least(_ network: Network, scalarSize: Int, optimizing: Bool) -> Int {
    let (_, kept) = bytes(
      network, below: network.output, scalarSize: scalarSize, optimizing: optimizing)
    return max(1, Workers.limit) * 2 * kept
  }

  /// Cuts `count` rows into even ranges, at least one for each thread where there are enough rows.
  func ranges(_ count: Int) -> [Range<Int>] {
    guard count > 0 else { return [] }
    let threads = Workers.available
    var parts = (count + size - 1) / size
    if parts < threads { parts = min(threads, max(1, count / 4)) }
    // Whole rounds of all threads, so that none waits for a last chunk.
    if parts > threads { parts = (parts + threads - 1) / threads * threads }
    parts = min(max(1, parts), count)
    return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
  }
}

/// Runs `body` on every range, on all workers, and returns the results in order.
func concurrently<Value: Sendable>(
  _ ranges: [Range<Int>], _ body: @Sendable (Range<Int>) throws(Unsupported) -> Value
) throws(Unsupported) -> [Value] {
  let results = Slots<Result<Value, Unsupported>>(ranges.count)
  Workers.forEach(ranges.count) { index in
    results[index] = Result { () throws(Unsupported) in try body(ranges[index]) }
  }
  var values: [Value] = []
  for result in results.values { values.append(try result.get()) }
  return values
}

/// A place for the result of each iteration of a parallel loop.
final class Slots<Value: Sendable>: @unchecked Sendable {
  // Every iteration writes its own slot, and the slots are read after the loop.
  private let storage: UnsafeMutableBufferPointer<Value?>

  init(_ count: Int) {
    storage = .allocate(capacity: count)
    storage.initialize(repeating: nil)
  }

  deinit { storage.deinitialize().deallocate() }

  subscript(index: Int) -> Value? {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  var values: [Value] { storage.compactMap { $0 } }
}
