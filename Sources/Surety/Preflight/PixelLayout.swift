import Tensors

/// How a network's input holds an image.
public enum PixelLayout: String, Sendable, Hashable, Codable {
  /// Channel, row, column, as data sets give images.
  case channelsFirst = "channels first"
  /// Row, column, channel; the images are reordered for it.
  case channelsLast = "channels last"
  /// One axis, or axes of other extents: the shape does not tell, and channel, row, column is taken for granted.
  case flat

  /// Reads a layout off two shapes.
  ///
  /// - Parameters:
  ///   - shape: The network's input, leading axes of extent 1 included.
  ///   - image: Channels, height and width of an image.
  public init(of shape: Shape, for image: [Int]) {
    // [height, width, channels] with more than one channel: the network wants channels last.
    let significant =
      shape.dimensions.count > 3 ? Array(shape.dimensions.suffix(3)) : shape.dimensions
    if significant == image {
      self = .channelsFirst
    } else if image.count == 3, image[0] > 1, significant == [image[1], image[2], image[0]] {
      self = .channelsLast
    } else {
      self = .flat
    }
  }
}
