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
