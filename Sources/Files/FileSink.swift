import CZlib
import Foundation

/// Writes a large file piece by piece, so that a reader sees the old content or the new, never a part.
///
/// What goes in is summed up on the way (CRC-32), so that the file can end in a sum over all before it.
public struct FileSink {
  private var buffer: [UInt8] = []
  private let file: Int32
  private var sum: UInt = 0
  private var failure: Int32?
  /// The bytes that were written so far.
  public private(set) var count = 0

  private static let size = 1 << 20

  /// Writes a file; it is as it was when an error is thrown.
  ///
  /// - Parameter content: Writes the content.
  /// - Throws: `InputError` naming `path` when it cannot be written.
  public static func write(
    _ path: String, _ content: (inout FileSink) -> Void
  ) throws(InputError) {
    let temporary = temporaryPath(path)
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else {
      throw InputError(path, "cannot be written: \(writeProblem(path, errno))")
    }
    WritingGate.shared.begin(temporary)
    defer { WritingGate.shared.end(temporary) }
    var sink = FileSink(file)
    content(&sink)
    sink.flush()
    var failure = sink.failure
    if failure == nil, fsync(file) != 0 { failure = errno }
    if close(file) != 0 && failure == nil { failure = errno }
    failure = WritingGate.shared.pass {
      if failure == nil, rename(temporary, path) != 0 { failure = errno }
      if failure != nil { unlink(temporary) }
      return failure
    }
    if let failure { throw InputError(path, "cannot be written: \(systemMessage(failure))") }
  }

  private init(_ file: Int32) {
    self.file = file
    buffer.reserveCapacity(Self.size)
  }

  /// The CRC-32 of all bytes so far.
  public var checksum: UInt32 { UInt32(truncatingIfNeeded: Self.extended(sum, by: buffer)) }

  /// Adds bytes.
  public mutating func append(_ bytes: some Collection<UInt8>) {
    buffer.append(contentsOf: bytes)
    count += bytes.count
    if buffer.count >= Self.size { flush() }
  }

  /// Adds a number, its lowest byte first.
  public mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { append($0) }
  }

  /// Adds the number of elements and then each of them as it lies in memory.
  ///
  /// Only for numbers; processors of either kind in use today have the lowest byte first.
  public mutating func append<Element: BitwiseCopyable>(elements: [Element]) {
    append(UInt32(elements.count))
    elements.withUnsafeBytes { append($0) }
  }

  private mutating func flush() {
    guard !buffer.isEmpty else { return }
    sum = Self.extended(sum, by: buffer)
    if failure == nil {
      failure = WritingGate.shared.pass { writeAll(Data(buffer), to: file) }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func extended(_ sum: UInt, by bytes: [UInt8]) -> UInt {
    crc32_z(sum, bytes, bytes.count)
  }
}

/// Reads what a `FileSink` wrote, from the beginning to the end.
public struct ByteSource {
  private let data: Data
  private var next: Int

  /// Starts at the beginning.
  public init(_ data: Data) {
    self.data = data
    next = data.startIndex
  }

  /// Whether all was read.
  public var isAtEnd: Bool { next == data.endIndex }

  /// The next bytes; nil when there are fewer.
  public mutating func bytes(_ count: Int) -> Data? {
    guard count >= 0, data.endIndex - next >= count else { return nil }
    defer { next += count }
    return data[next..<next + count]
  }

  /// The next number; nil at the end.
  public mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    guard let bytes = bytes(MemoryLayout<Number>.size) else { return nil }
    var number: Number = 0
    withUnsafeMutableBytes(of: &number) { _ = bytes.copyBytes(to: $0) }
    return Number(littleEndian: number)
  }

  /// The next elements, written with their number before them; nil when there are fewer.
  public mutating func elements<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element]? {
    guard let count = number(UInt32.self),
      let bytes = bytes(Int(count) * MemoryLayout<Element>.stride)
    else { return nil }
    return [Element](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
      _ = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
      filled = Int(count)
    }
  }
}
