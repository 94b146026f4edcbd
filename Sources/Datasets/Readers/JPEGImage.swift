import CPictures
import Files
import Foundation

/// The pixels of a JPEG file, gray or RGB.
struct JPEGImage {
  let height: Int
  let width: Int
  /// The channels are one (gray) or three (red, green, blue).
  let channels: Int
  /// The values in the order channel, row, column.
  let planes: [UInt8]

  /// Reads a file.
  ///
  /// Decoders may differ by one or two of 255 in a value: the format allows it.
  ///
  /// - Throws: `InputError` with libjpeg's reason when the file is damaged or cut short.
  init(path: String) throws(InputError) {
    let data = try readFile(path)
    var size = surety_picture_size()
    var pixels: [UInt8] = []
    var message = [CChar](repeating: 0, count: Int(SURETY_PICTURE_MESSAGE))
    let problem: String? = data.withUnsafeBytes { data in
      let bytes = data.bindMemory(to: UInt8.self).baseAddress
      guard surety_jpeg_size(bytes, data.count, &size, &message) == 0 else {
        return "not a readable JPEG file: \(Self.text(message))"
      }
      guard size.channels > 0 else { return "its colours are those of print; expected gray or RGB" }
      let area = size.width * size.height
      guard area <= PNGImage.pixelLimit else {
        return "\(size.width)x\(size.height) pixels; at most \(PNGImage.pixelLimit) are read"
      }
      pixels = [UInt8](repeating: 0, count: area * size.channels)
      guard surety_jpeg_decode(bytes, data.count, size, &pixels, &message) == 0 else {
        return "damaged JPEG data: \(Self.text(message))"
      }
      return nil
    }
    if let problem { throw InputError(path, problem) }
    (height, width, channels) = (size.height, size.width, size.channels)
    planes = channelPlanes(pixels, channels: channels)
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
