import CPictures
import Files
import Foundation

/// The pixels of a PNG file, gray or RGB, as it stores them.
struct PNGImage {
  let height: Int
  let width: Int
  /// The channels are one (gray) or three (red, green, blue).
  let channels: Int
  /// The values in the order channel, row, column: bytes, or floats from 0 to 1 where gray has 16 bits.
  let pixels: ImageSet.Pixels

  /// Reads a file.
  ///
  /// Palettes become RGB and 1, 2 and 4 bit gray is spread to 0...255. Transparency is left out, as Pillow's
  /// `convert("RGB")` does. 16 bits are cut to the high byte, as Pillow does too; but gray of 16 bits, which Pillow
  /// cuts off at 255, is read as `v / 65535`. Chunks about gamma and colour profiles change nothing: networks are trained on
  /// stored values.
  ///
  /// - Throws: `InputError` with libpng's reason when the file is damaged.
  init(path: String) throws(InputError) {
    let picture = try DecodedPicture(
      path, kind: "PNG", size: surety_png_size, decode: surety_png_decode)
    (height, width, channels) = (picture.size.height, picture.size.width, picture.size.channels)
    guard picture.size.bytes == 2 else {
      pixels = .bytes(channelPlanes(picture.pixels, channels: channels), scale: 255)
      return
    }
    let bytes = picture.pixels
    pixels = .floats(
      stride(from: 0, to: bytes.count, by: 2).map {
        Float(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])) / 65535
      })
  }
}

/// A picture as a decoder in C gives it: rows of pixels, the channels of a pixel side by side.
struct DecodedPicture {
  typealias Bytes = UnsafePointer<UInt8>?
  typealias Message = UnsafeMutablePointer<CChar>?

  /// The most pixels that are accepted; a file that claims more is refused before memory is asked for.
  static let pixelLimit = 1 << 26

  private(set) var size = surety_picture_size()
  private(set) var pixels: [UInt8] = []

  /// Reads a file by the two functions of a format.
  ///
  /// - Throws: `InputError` with the library's reason when the file is damaged.
  init(
    _ path: String, kind: String,
    size read: (Bytes, Int, UnsafeMutablePointer<surety_picture_size>?, Message) -> Int32,
    decode: (Bytes, Int, surety_picture_size, UnsafeMutablePointer<UInt8>?, Message) -> Int32
  ) throws(InputError) {
    let data = try readFile(path)
    var message = [CChar](repeating: 0, count: Int(SURETY_PICTURE_MESSAGE))
    let problem: String? = data.withUnsafeBytes { data in
      let bytes = data.bindMemory(to: UInt8.self).baseAddress
      guard read(bytes, data.count, &size, &message) == 0 else {
        return "not a readable \(kind) file: \(Self.text(message))"
      }
      guard size.channels > 0 else { return "its colours are neither gray nor RGB" }
      let area = size.width * size.height
      guard area <= Self.pixelLimit else {
        return "\(size.width)x\(size.height) pixels; at most \(Self.pixelLimit) are read"
      }
      pixels = [UInt8](repeating: 0, count: area * size.channels * size.bytes)
      guard decode(bytes, data.count, size, &pixels, &message) == 0 else {
        return "damaged \(kind) data: \(Self.text(message))"
      }
      return nil
    }
    if let problem { throw InputError(path, problem) }
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Pixels whose channels lie side by side, as one plane a channel.
func channelPlanes(_ interleaved: [UInt8], channels: Int) -> [UInt8] {
  if channels == 1 { return interleaved }
  var planes: [UInt8] = []
  planes.reserveCapacity(interleaved.count)
  for channel in 0..<channels {
    for position in stride(from: channel, to: interleaved.count, by: channels) {
      planes.append(interleaved[position])
    }
  }
  return planes
}
