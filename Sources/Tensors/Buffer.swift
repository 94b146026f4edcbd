import Foundation

/// Memory for the elements of a tensor, aligned for vector loads.
final class Buffer<Scalar: TensorScalar>: @unchecked Sendable {
  // Safe to share: a tensor writes only to a buffer that it alone refers to.
  let pointer: UnsafeMutablePointer<Scalar>
  let count: Int

  /// Allocates without clearing.
  init(count: Int) {
    self.count = count
    let bytes = max(64, count * MemoryLayout<Scalar>.stride)
    pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Scalar.self, capacity: count)
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  func copy() -> Buffer {
    let other = Buffer(count: count)
    other.pointer.update(from: pointer, count: count)
    return other
  }
}
