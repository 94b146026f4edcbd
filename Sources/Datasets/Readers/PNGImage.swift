import CPNG
import Files
import Foundation

/// The pixels of a PNG file of 8 bits per channel, gray or RGB.
struct PNGImage {
  let height: Int
  let width: Int
  /// The channels are one (gray) or three (red, green, blue).
  let channels: Int
  /// The values in the order channel, row, column.
  let planes: [UInt8]

  /// The most pixels that are accepted; a file that claims more is refused before memory is asked for.
  static let pixelLimit = 1 << 26

  /// Reads a file.
  ///
  /// Palettes and 1, 2 and 4 bit gray are expanded. Transparency and 16 bits are refused, because what
  /// they mean for a network is not defined. A `gAMA` chunk is honoured, as libpng does.
  ///
  /// - Throws: `InputError` with libpng's reason when the file is damaged.
  init(path: String) throws(InputError) {
    let data = [UInt8](try readFile(path))
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    // libpng reads from the buffer again in finish_read, so both calls happen while it is borrowed.
    let outcome = data.withUnsafeBytes { Self.decode($0, &image) }
    switch outcome {
    case .success(let interleaved):
      (height, width) = (Int(image.height), Int(image.width))
      channels = interleaved.count / (height * width)
      planes = channelPlanes(interleaved, channels: channels)
    case .failure(let problem):
      throw InputError(path, problem.text)
    }
  }

  private struct Problem: Error { let text: String }

  private static func decode(
    _ data: UnsafeRawBufferPointer, _ image: inout png_image
  ) -> Result<[UInt8], Problem> {
    guard png_image_begin_read_from_memory(&image, data.baseAddress, data.count) != 0 else {
      return .failure(Problem(text: "not a readable PNG file: \(message(of: image))"))
    }
    let flags = image.format
    if flags & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0 {
      return .failure(Problem(text: "has transparency; expected gray or RGB without it"))
    }
    if flags & png_uint_32(PNG_FORMAT_FLAG_LINEAR) != 0 {
      return .failure(Problem(text: "16 bits per channel; expected 8"))
    }
    let (width, height) = (Int(image.width), Int(image.height))
    guard width * height <= pixelLimit else {
      return .failure(Problem(text: "\(width)x\(height) pixels; at most \(pixelLimit) are read"))
    }
    let isColour = flags & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
    image.format = isColour ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
    var pixels = [UInt8](repeating: 0, count: width * height * (isColour ? 3 : 1))
    guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else {
      return .failure(Problem(text: "damaged PNG data: \(message(of: image))"))
    }
    return .success(pixels)
  }

  private static func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
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
