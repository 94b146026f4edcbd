import CPictures
import Files

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
  /// The four colours of print become RGB as in Pillow's `convert("RGB")`, and an orientation that a camera noted is
  /// left alone, as there. Decoders may differ by one or two of 255 in a value: the format allows it.
  ///
  /// - Throws: `InputError` with libjpeg's reason when the file is damaged or cut short.
  init(path: String) throws(InputError) {
    let picture = try DecodedPicture(
      path, kind: "JPEG", size: surety_jpeg_size, decode: surety_jpeg_decode)
    (height, width, channels) = (picture.size.height, picture.size.width, picture.size.channels)
    planes = channelPlanes(picture.pixels, channels: channels)
  }
}
