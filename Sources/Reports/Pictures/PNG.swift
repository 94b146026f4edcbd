import Files
import Foundation

/// A picture of bytes, to be written as a PNG file.
struct PNGPicture: Hashable {
  let width: Int
  let height: Int
  /// 1 for grey, 3 for red, green and blue.
  let channels: Int
  /// The bytes row by row, the channels of a pixel beside each other.
  let bytes: [UInt8]

  /// Creates a picture.
  ///
  /// - Precondition: The bytes fill the picture.
  init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    precondition(
      channels == 1 || channels == 3, "a picture has 1 or 3 channels, not \(channels)")
    precondition(
      bytes.count == width * height * channels,
      "\(bytes.count) bytes for a picture of \(width) x \(height) x \(channels)")
    (self.width, self.height, self.channels, self.bytes) = (width, height, channels, bytes)
  }

  /// The file; nil when zlib finds no memory.
  var file: Data? {
    let row = width * channels
    var lines = Data(capacity: (row + 1) * height)
    for y in 0..<height {
      // Each row says how it is filtered: each byte less the one to its left, which packs better.
      lines.append(1)
      for x in 0..<row {
        let left = x < channels ? 0 : bytes[y * row + x - channels]
        lines.append(bytes[y * row + x] &- left)
      }
    }
    guard let packed = zlibCompressed(lines) else { return nil }
    // Width, height, 8 bits a sample, grey or colour, and the only compression, filters and order of rows.
    let head =
      bigEndian(UInt32(width)) + bigEndian(UInt32(height))
      + Data([8, channels == 1 ? 0 : 2, 0, 0, 0])
    return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) + chunk("IHDR", head)
      + chunk("IDAT", packed) + chunk("IEND", Data())
  }

  /// The file as an address that holds it.
  var address: String? { file.map { "data:image/png;base64,\($0.base64EncodedString())" } }

  private func chunk(_ name: String, _ content: Data) -> Data {
    let body = Data(name.utf8) + content
    return bigEndian(UInt32(content.count)) + body + bigEndian(crc32Checksum(body))
  }

  private func bigEndian(_ number: UInt32) -> Data {
    withUnsafeBytes(of: number.bigEndian) { Data($0) }
  }
}
