import CZlib
import Foundation

/// Decompresses data in the bare deflate format, as archives hold it.
///
/// - Parameters:
///   - data: The compressed bytes.
///   - count: How many bytes they expand to.
///   - source: The name for errors.
/// - Throws: `InputError` naming `source` when the data is corrupt or expands to another size.
public func inflated(_ data: Data, to count: Int, source: String) throws(InputError) -> Data {
  var stream = z_stream()
  // A negative window means that there is no header.
  guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
    throw InputError(source, "zlib could not be started")
  }
  defer { inflateEnd(&stream) }
  guard data.count < 1 << 31, count < 1 << 31 else {
    throw InputError(source, "\(max(data.count, count)) bytes; at most \(1 << 31) are read")
  }
  var input = [UInt8](data)
  // The format cannot shrink data further than to a 1032nd, so a larger claim is false.
  guard count <= 1_040 * data.count + 64 else {
    throw InputError(source, "corrupt compressed data: it cannot hold \(count) bytes")
  }
  // One byte more, so that data that expand further are noticed.
  var output = [UInt8](repeating: 0, count: count + 1)
  let (status, produced) = input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output -> (Int32, Int) in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      let status = inflate(&stream, Z_FINISH)
      return (status, output.count - Int(stream.avail_out))
    }
  }
  guard status == Z_STREAM_END, produced == count else {
    throw InputError(source, "corrupt compressed data")
  }
  return Data(output[..<count])
}

/// The CRC-32 checksum of data, as archives state it.
public func checksum(_ data: Data) -> UInt32 {
  data.withUnsafeBytes { bytes in
    var value = crc32(0, nil, 0)
    let start = bytes.bindMemory(to: UInt8.self).baseAddress
    for place in stride(from: 0, to: bytes.count, by: 1 << 30) {
      value = crc32(value, start.map { $0 + place }, UInt32(min(1 << 30, bytes.count - place)))
    }
    return UInt32(truncatingIfNeeded: value)
  }
}
