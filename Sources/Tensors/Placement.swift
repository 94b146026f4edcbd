/// Where windows lie in an image node of shape `[1, channels, height, width]`, one place a row.
///
/// A window may reach beyond the image; its coefficients there are zero.
public struct Placement: Equatable, Sendable {
  /// The size of the image.
  public var image: ImageSize
  /// The height of every window.
  public var height: Int
  /// The width of every window.
  public var width: Int
  /// The image row at which each window starts.
  public var y: [Int32]
  /// The image column at which each window starts.
  public var x: [Int32]

  /// Creates a placement.
  public init(image: ImageSize, height: Int, width: Int, y: [Int32], x: [Int32]) {
    self.image = image
    self.height = height
    self.width = width
    self.y = y
    self.x = x
  }

  /// Windows that are the whole image.
  public init(covering image: ImageSize, rows: Int) {
    self.init(
      image: image, height: image.height, width: image.width, y: [Int32](repeating: 0, count: rows),
      x: [Int32](repeating: 0, count: rows))
  }

  /// The number of rows.
  public var rows: Int { y.count }
  /// Whether every window is the whole image.
  public var isWhole: Bool {
    height == image.height && width == image.width && y.allSatisfy { $0 == 0 }
      && x.allSatisfy { $0 == 0 }
  }
  /// The shape of the coefficients.
  public var shape: Shape { [rows, height, width, image.channels] }

  /// The windows of a convolution's input that these windows of its output read.
  public func throughConvolution(
    _ input: ImageSize, kernel: (height: Int, width: Int), _ geometry: ConvolutionGeometry
  ) -> Placement {
    let h = (height - 1) * geometry.stride[0] + (kernel.height - 1) * geometry.dilation[0] + 1
    let w = (width - 1) * geometry.stride[1] + (kernel.width - 1) * geometry.dilation[1] + 1
    // Whole images stay whole, though a stride may leave out their last pixels: they then meet others as they are.
    if h >= input.height || w >= input.width || isWhole {
      return Placement(covering: input, rows: rows)
    }
    return Placement(
      image: input, height: h, width: w,
      y: y.map { $0 * Int32(geometry.stride[0]) - Int32(geometry.padding[0]) },
      x: x.map { $0 * Int32(geometry.stride[1]) - Int32(geometry.padding[1]) })
  }

  /// The smallest windows of one size that cover these and others.
  public func union(_ other: Placement) -> Placement {
    if self == other { return self }
    var (h, w) = (0, 0)
    for r in 0..<rows {
      let bottom = max(Int(y[r]) + height, Int(other.y[r]) + other.height)
      let right = max(Int(x[r]) + width, Int(other.x[r]) + other.width)
      h = max(h, bottom - Int(min(y[r], other.y[r])))
      w = max(w, right - Int(min(x[r], other.x[r])))
    }
    if h >= image.height || w >= image.width { return Placement(covering: image, rows: rows) }
    return Placement(
      image: image, height: h, width: w, y: zip(y, other.y).map(min), x: zip(x, other.x).map(min))
  }

  /// The windows of some of the rows.
  public func rows(_ range: Range<Int>) -> Placement {
    Placement(image: image, height: height, width: width, y: Array(y[range]), x: Array(x[range]))
  }
}
