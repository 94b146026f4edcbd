import Foundation

/// Large blocks of memory that were given back, kept for the next tensors of their size.
///
/// The system clears every page of a fresh block when it is first touched, which takes about as long as an
/// operation on it. Steps of a training need the same sizes again and again.
enum BufferPool {
  /// Blocks smaller than this are left to the allocator, which keeps them itself.
  private static let smallest = 1 << 16

  private struct Kept {
    /// The most memory that is kept unused.
    var limit = 1 << 28
    var blocks: [Int: [UnsafeMutableRawPointer]] = [:]
    var bytes = 0
  }
  // Guarded by `lock`.
  nonisolated(unsafe) private static var kept = Kept()
  private static let lock = NSLock()

  /// Lets at least some bytes be kept.
  static func keep(_ bytes: Int) { lock.withLock { kept.limit = max(kept.limit, bytes) } }

  /// Lets at most some bytes be kept.
  static func limit(_ bytes: Int) { lock.withLock { kept.limit = min(kept.limit, bytes) } }

  /// A block of at least some bytes, aligned for vector loads; its content is arbitrary.
  static func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    let size = rounded(bytes)
    if size >= smallest,
      let block = lock.withLock({ () -> UnsafeMutableRawPointer? in
        guard let block = kept.blocks[size]?.popLast() else { return nil }
        kept.bytes -= size
        return block
      })
    {
      return block
    }
    return .allocate(byteCount: size, alignment: 64)
  }

  /// Gives a block of the given number of bytes back.
  static func give(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
    let size = rounded(bytes)
    let isKept =
      size >= smallest
      && lock.withLock {
        guard kept.bytes + size <= kept.limit else { return false }
        kept.blocks[size, default: []].append(block)
        kept.bytes += size
        return true
      }
    if !isKept { block.deallocate() }
  }

  /// Sizes that differ by less than a page share their blocks.
  private static func rounded(_ bytes: Int) -> Int {
    bytes < smallest ? max(64, bytes) : (bytes + 4095) / 4096 * 4096
  }
}

/// How much memory tensors leave for the next ones.
public enum MemoryReuse {
  /// Lets up to some bytes of freed tensors wait for the next ones of their size, at least.
  ///
  /// A program that does the same step again and again spares the system's clearing of fresh pages. Its peak
  /// does not rise; it only falls later.
  public static func keep(_ bytes: Int) { BufferPool.keep(bytes) }

  /// Lets no more than some bytes wait, where memory is short.
  public static func limit(_ bytes: Int) { BufferPool.limit(bytes) }
}

/// Memory for the elements of a tensor, aligned for vector loads.
final class Buffer<Scalar: TensorScalar>: @unchecked Sendable {
  // Safe to share: a tensor writes only to a buffer that it alone refers to.
  let pointer: UnsafeMutablePointer<Scalar>
  let count: Int

  /// Allocates without clearing.
  init(count: Int) {
    self.count = count
    pointer = BufferPool.take(count * MemoryLayout<Scalar>.stride)
      .bindMemory(to: Scalar.self, capacity: count)
  }

  deinit {
    BufferPool.give(UnsafeMutableRawPointer(pointer), count * MemoryLayout<Scalar>.stride)
  }

  func copy() -> Buffer {
    let other = Buffer(count: count)
    other.pointer.update(from: pointer, count: count)
    return other
  }
}
