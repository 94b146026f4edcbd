import Foundation

/// The values of an example that is a picture, and how they are drawn.
struct Picture {
  let channels: Int
  let height: Int
  let width: Int
  private let values: [Double]
  /// What is drawn black and white.
  private let range: ClosedRange<Double>

  /// The pixels of the longer side that a page holds at most; a larger picture is drawn smaller.
  static let longest = 112

  /// Whether values of a shape make a picture: channels, height and width, with one channel or three.
  static func isPicture(_ shape: [Int]) -> Bool {
    let extents = extents(shape)
    return extents.count == 3 && (extents[0] == 1 || extents[0] == 3) && extents[1] > 1
      && extents[2] > 1
  }

  /// The shape without leading ones beyond three axes; a height and a width alone are one channel.
  private static func extents(_ shape: [Int]) -> [Int] {
    var shape = shape[...]
    while shape.count > 3, shape.first == 1 { shape = shape.dropFirst() }
    return shape.count == 2 ? [1] + shape : Array(shape)
  }

  /// Creates a picture.
  ///
  /// - Parameters:
  ///   - values: The values in the order channel, row, column.
  ///   - range: What is drawn black and white.
  /// - Precondition: The shape is that of a picture, and the values fill it.
  init(_ values: [Double], shape: [Int], range: ClosedRange<Double>) {
    let extents = Self.extents(shape)
    precondition(
      Self.isPicture(shape) && values.count == extents.reduce(1, *),
      "\(values.count) values of shape \(shape) are no picture")
    (channels, height, width) = (extents[0], extents[1], extents[2])
    self.values = values
    self.range = range
  }

  /// The picture as it is.
  var drawn: PNGPicture {
    drawn { channel, rows, columns in
      // The mean of the pixels that fall together.
      var sum = 0.0
      for y in rows { for x in columns { sum += values[place(channel, y, x)] } }
      return (sum / Double(rows.count * columns.count) - range.lowerBound)
        / (range.upperBound - range.lowerBound)
    }
  }

  /// How the picture differs from another, channel by channel: grey where they are equal.
  ///
  /// - Parameter factor: How many times the difference is shown.
  func difference(from other: Picture, times factor: Double) -> PNGPicture {
    drawn { channel, rows, columns in
      // The largest of the differences that fall together; a mean would hide them.
      var largest = 0.0
      for y in rows {
        for x in columns {
          let change = values[place(channel, y, x)] - other.values[place(channel, y, x)]
          if abs(change) > abs(largest) { largest = change }
        }
      }
      return 0.5 + factor * largest / (range.upperBound - range.lowerBound)
    }
  }

  /// A round number of times that makes the largest difference from another fill the range from grey to black or white.
  func amplification(from other: Picture) -> Double {
    let largest = zip(values, other.values).map { abs($0 - $1) }.max() ?? 0
    let wanted = largest > 0 ? (range.upperBound - range.lowerBound) / 2 / largest : 1
    guard wanted > 1, wanted.isFinite else { return 1 }
    let power = pow(10, floor(log10(wanted) + 1e-9))
    return [5, 2, 1].map { $0 * power }.first { $0 <= wanted * (1 + 1e-9) } ?? 1
  }

  private func place(_ channel: Int, _ y: Int, _ x: Int) -> Int {
    (channel * height + y) * width + x
  }

  /// - Parameter value: The value of a channel over some rows and columns, from 0 to 1.
  private func drawn(_ value: (Int, Range<Int>, Range<Int>) -> Double) -> PNGPicture {
    let scale = max(1, Double(max(width, height)) / Double(Self.longest))
    let (wide, high) = (
      max(1, Int((Double(width) / scale).rounded())),
      max(1, Int((Double(height) / scale).rounded()))
    )
    func span(_ index: Int, of parts: Int, _ extent: Int) -> Range<Int> {
      let first = index * extent / parts
      return first..<max(first + 1, (index + 1) * extent / parts)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(wide * high * channels)
    for y in 0..<high {
      for x in 0..<wide {
        for channel in 0..<channels {
          let part = value(channel, span(y, of: high, height), span(x, of: wide, width))
          bytes.append(UInt8((255 * max(0, min(1, part.isFinite ? part : 0.5))).rounded()))
        }
      }
    }
    return PNGPicture(width: wide, height: high, channels: channels, bytes: bytes)
  }
}
