import Files
import Foundation

/// How pictures are brought to the size that a network takes, as programs that train on Pillow's pictures do.
///
/// First the picture is resized by Pillow's bilinear filter, which averages where it shrinks, then a window is cut from
/// the middle: `torchvision`'s `Resize` and `CenterCrop` on the pictures of Pillow 13, to the last bit. Other versions of
/// Pillow may differ by one of 255.
public struct Resizing: Sendable, Hashable {
  /// A size in pixels.
  public enum Size: Sendable, Hashable {
    /// The length of the shorter side; the longer one follows.
    case shorter(Int)
    /// Height and width.
    case exact(height: Int, width: Int)
  }

  /// The size to resize to; nil for none.
  public var size: Size?
  /// Height and width of the window; nil for the whole picture.
  public var window: Size?

  /// Creates a rule.
  public init(size: Size? = nil, window: Size? = nil) {
    self.size = size
    self.window = window
  }

  /// Returns the picture that a program would train on.
  ///
  /// - Parameters:
  ///   - planes: Values in the order channel, row, column.
  ///   - shape: Channels, height, width.
  /// - Returns: The values and their shape, or nil when the window is larger than the picture.
  func apply(to planes: [UInt8], _ shape: [Int]) -> (planes: [UInt8], shape: [Int])? {
    var (planes, shape) = (planes, shape)
    if let size {
      let (height, width) = size.resolved(shape[1], shape[2])
      // Each axis is rounded to bytes, so their order counts.
      let isTall = height < shape[1] && shape[1] - height > 2 * (shape[2] - width)
      for axis in isTall ? [1, 2] : [2, 1] {
        let (from, to) = (shape[axis], axis == 1 ? height : width)
        guard from != to else { continue }
        let step = axis == 1 ? shape[2] : 1
        planes = Self.resampled(planes, from: from, to: to, by: step)
        shape[axis] = to
      }
    }
    guard let window else { return (planes, shape) }
    let (height, width): (Int, Int) =
      switch window {
      case .shorter(let side): (side, side)
      case .exact(let height, let width): (height, width)
      }
    guard height <= shape[1], width <= shape[2] else { return nil }
    // Half of an odd difference is rounded to even.
    let top = Int((Double(shape[1] - height) / 2).rounded(.toNearestOrEven))
    let left = Int((Double(shape[2] - width) / 2).rounded(.toNearestOrEven))
    var cut: [UInt8] = []
    for channel in 0..<shape[0] {
      for row in top..<top + height {
        let start = (channel * shape[1] + row) * shape[2] + left
        cut += planes[start..<start + width]
      }
    }
    return (cut, [shape[0], height, width])
  }

  /// Resizes one axis.
  ///
  /// The weights of a pixel are those of a triangle as wide as two pixels of the smaller picture, in 22 bits after the
  /// point, and the sum is rounded to nearest.
  ///
  /// - Parameter stride: How far neighbours along the axis lie apart.
  private static func resampled(
    _ values: [UInt8], from: Int, to: Int, by stride: Int
  ) -> [UInt8] {
    let (bits, count) = (22, values.count / (from * stride))
    let scale = Double(from) / Double(to)
    let spread = max(scale, 1)
    var result = [UInt8](repeating: 0, count: count * to * stride)
    for place in 0..<to {
      let center = (Double(place) + 0.5) * scale
      let first = max(0, Int(center - spread + 0.5))
      let last = min(from, Int(center + spread + 0.5))
      let weights = (first..<last).map { source in
        max(0, 1 - abs((Double(source) - center + 0.5) * (1 / spread)))
      }
      let sum = weights.reduce(0, +)
      let whole = weights.map { Int(0.5 + $0 / sum * Double(1 << bits)) }
      for block in 0..<count {
        for offset in 0..<stride {
          var total = 1 << (bits - 1)
          for (index, weight) in whole.enumerated() {
            total += Int(values[(block * from + first + index) * stride + offset]) * weight
          }
          result[(block * to + place) * stride + offset] = UInt8(clamping: total >> bits)
        }
      }
    }
    return result
  }
}

extension Resizing.Size {
  /// Reads `256` or `224x224`, height first.
  ///
  /// - Throws: `InputError` naming the option when it is neither.
  public init(_ text: String, option: String) throws(InputError) {
    let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let valid = numbers.compactMap { $0 }.filter { (1...1 << 14).contains($0) }
    guard valid.count == numbers.count, (1...2).contains(valid.count) else {
      throw InputError(option, "\"\(text)\" is not a size, expected one such as 256 or 224x224")
    }
    self = valid.count == 1 ? .shorter(valid[0]) : .exact(height: valid[0], width: valid[1])
  }

  /// Height and width for a picture of a size.
  fileprivate func resolved(_ height: Int, _ width: Int) -> (Int, Int) {
    switch self {
    case .exact(let height, let width): (height, width)
    case .shorter(let side):
      height <= width
        ? (side, Int(Double(side * width) / Double(height)))
        : (Int(Double(side * height) / Double(width)), side)
    }
  }
}
