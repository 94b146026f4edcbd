import Datasets

/// A way in which a network may expect an image: its normalisation, and the order of its values.
public struct PixelReading: Sendable, Hashable {
  /// The order of an image's values.
  public enum Order: String, Sendable, Hashable, CaseIterable, Codable {
    /// Channel, row, column, as data sets give them.
    case asGiven = "as given"
    /// The channels from last to first, as OpenCV reads pictures.
    case channelsReversed = "channels reversed (BGR)"
    /// Row, column, channel, in a network whose flat input does not tell.
    case channelsLast = "channels last"
    /// Rows and columns exchanged.
    case transposed = "rows and columns exchanged"
  }

  /// What people call the normalisation.
  public var name: String
  /// The shift and scale.
  public var normalization: Normalization
  /// The order.
  public var order: Order

  /// Creates a reading.
  public init(_ name: String, _ normalization: Normalization, order: Order = .asGiven) {
    (self.name, self.normalization, self.order) = (name, normalization, order)
  }

  /// The reading in words.
  public var description: String { order == .asGiven ? name : "\(name), \(order.rawValue)" }

  /// What the network is to be given for an image.
  ///
  /// - Parameters:
  ///   - image: Pixel values in the order channel, row, column.
  ///   - shape: Channels, height, width.
  ///   - prefix: The normalisation that the network applies already, whose effect is taken back.
  func input(of image: [Float], shape: [Int], before prefix: Normalization) -> [Double] {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    let area = height * width
    func at(_ values: [Float], _ channel: Int) -> Double {
      Double(values.count == 1 ? values[0] : values[channel])
    }
    var result = [Double](repeating: 0, count: image.count)
    for channel in 0..<channels {
      for row in 0..<height {
        for column in 0..<width {
          let value =
            (Double(image[channel * area + row * width + column])
              - at(normalization.mean, channel)) / at(normalization.std, channel)
          let place =
            switch order {
            case .asGiven: channel * area + row * width + column
            case .channelsReversed: (channels - 1 - channel) * area + row * width + column
            case .channelsLast: (row * width + column) * channels + channel
            case .transposed: channel * area + column * height + row
            }
          // The prefix takes the channel of the place for the one of the value.
          result[place] = value * at(prefix.std, place / area) + at(prefix.mean, place / area)
        }
      }
    }
    return result
  }
}
