import CZlib
import Foundation

/// Compresses data into the zlib format (RFC 1950), which PNG files hold.
///
/// - Returns: The compressed data; nil when zlib finds no memory for it.
public func zlibCompressed(_ data: Data) -> Data? {
  let source = [UInt8](data)
  var length = compressBound(uLong(source.count))
  var result = [UInt8](repeating: 0, count: Int(length))
  guard compress2(&result, &length, source, uLong(source.count), Z_BEST_COMPRESSION) == Z_OK else {
    return nil
  }
  return Data(result.prefix(Int(length)))
}

/// The checksum CRC-32 of data, which stands behind every chunk of a PNG file.
public func crc32Checksum(_ data: Data) -> UInt32 {
  let bytes = [UInt8](data)
  return UInt32(crc32(0, bytes, UInt32(bytes.count)))
}
