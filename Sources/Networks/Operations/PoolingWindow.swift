import Tensors

/// The window of a pooling over one or more image axes.
public struct PoolingWindow: Hashable, Sendable {
  /// The extent along each image axis.
  public var size: [Int]
  /// The distance of neighbouring windows along each image axis.
  public var stride: [Int]
  /// How far windows reach over the edges: before, axis by axis, then after.
  public var padding: [Int]
  /// The distance of neighbouring elements of a window along each image axis.
  public var dilation: [Int]
  /// Whether a last window may reach over the padding, as ONNX `ceil_mode` has it.
  ///
  /// It must begin before the padding at the end.
  public var roundsUp = false

  /// Creates a window; strides and dilations are 1 and paddings 0 unless stated.
  public init(
    size: [Int], stride: [Int]? = nil, padding: [Int]? = nil, dilation: [Int]? = nil,
    roundsUp: Bool = false
  ) {
    self.size = size
    self.stride = stride ?? size.map { _ in 1 }
    self.padding = padding ?? (size + size).map { _ in 0 }
    self.dilation = dilation ?? size.map { _ in 1 }
    self.roundsUp = roundsUp
  }

  /// Creates a window over two image axes; the groups of the geometry are not used.
  public init(size: [Int], geometry: ConvolutionGeometry) {
    self.init(
      size: size, stride: geometry.stride, padding: geometry.padding, dilation: geometry.dilation)
  }

  /// How many windows there are along each axis of an image; zero or less where none fits.
  public func outputExtents(_ image: [Int]) -> [Int] {
    image.indices.map { axis in
      let padded = image[axis] + padding[axis] + padding[size.count + axis]
      let room = padded - dilation[axis] * (size[axis] - 1) - 1
      let steps = room + (roundsUp ? stride[axis] - 1 : 0)
      guard steps >= 0 else { return 0 }
      let count = steps / stride[axis] + 1
      let last = (count - 1) * stride[axis]
      return roundsUp && last >= image[axis] + padding[axis] ? count - 1 : count
    }
  }

  func outputShape(_ shape: Shape) throws(ShapeMismatch) -> Shape {
    let axes = size.count
    guard axes > 0, shape.rank == axes + 2, stride.count == axes, padding.count == 2 * axes,
      dilation.count == axes
    else {
      throw ShapeMismatch("input \(shape) for windows of \(axes) axes, expected \(axes + 2) axes")
    }
    let extents = outputExtents(Self.image(of: shape))
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw ShapeMismatch(
        "window \(size.map(String.init).joined(separator: "x")) is larger than its input \(shape)")
    }
    return Shape([shape[0], shape[1]] + extents)
  }

  /// The extents of the image axes of a shape, which come after an example's own leading axis and the channels.
  public static func image(of shape: Shape) -> [Int] { shape.dropping(2).dimensions }

  /// Refuses windows that see nothing but padding.
  func refuseEmptyWindows(_ input: Shape) throws(ShapeMismatch) {
    guard counts(Self.image(of: input), countingPadding: false).allSatisfy({ $0 > 0 }) else {
      throw ShapeMismatch("a window lies wholly in the padding of input \(input)")
    }
  }

  /// For each position in the window, which input pixel every output pixel reads there; -1 for padding.
  ///
  /// Pixels are counted through, the last axis fastest.
  public func taps(_ image: [Int]) -> [[Int32]] {
    let extents = outputExtents(image)
    var taps: [[Int32]] = [[0]]
    for axis in image.indices {
      let places = (0..<size[axis]).map { tap in
        (0..<extents[axis]).map { place(tap, of: $0, axis) }
          .map { $0 >= 0 && $0 < image[axis] ? Int32($0) : -1 }
      }
      taps = taps.flatMap { before in
        places.map { places in
          before.flatMap { outer in
            places.map { outer < 0 || $0 < 0 ? -1 : outer * Int32(image[axis]) + $0 }
          }
        }
      }
    }
    return taps
  }

  /// How many elements each window has within the image, or with `countingPadding` within the padded image.
  ///
  /// What a last window has beyond the padding never counts.
  public func counts(_ image: [Int], countingPadding: Bool) -> [Int] {
    let extents = outputExtents(image)
    var counts = [1]
    for axis in image.indices {
      let pad = countingPadding ? (padding[axis], padding[size.count + axis]) : (0, 0)
      let range = -pad.0..<image[axis] + pad.1
      let along = (0..<extents[axis]).map { output in
        (0..<size[axis]).count { range.contains(place($0, of: output, axis)) }
      }
      counts = counts.flatMap { outer in along.map { outer * $0 } }
    }
    return counts
  }

  /// Where an element of a window lies along an axis of the image.
  private func place(_ tap: Int, of output: Int, _ axis: Int) -> Int {
    output * stride[axis] - padding[axis] + tap * dilation[axis]
  }
}
