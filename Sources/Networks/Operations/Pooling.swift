import Tensors

/// The window of a pooling operation.
public struct PoolingWindow: Hashable, Sendable {
  /// Height and width.
  public var size: [Int]
  /// Strides, padding and dilation; the groups are not used.
  public var geometry: ConvolutionGeometry

  /// Creates a window.
  public init(size: [Int], geometry: ConvolutionGeometry) {
    self.size = size
    self.geometry = geometry
  }

  func outputShape(_ shape: Shape) throws(ShapeMismatch) -> Shape {
    guard shape.rank == 4 else { throw ShapeMismatch("input \(shape), expected four axes") }
    let output = geometry.outputSize(height: shape[2], width: shape[3], kernel: (size[0], size[1]))
    guard output.height > 0, output.width > 0 else {
      throw ShapeMismatch("window \(size[0])x\(size[1]) is larger than its input \(shape)")
    }
    return [shape[0], shape[1], output.height, output.width]
  }

  /// Refuses windows that see nothing but padding.
  func refuseEmptyWindows(_ input: Shape) throws(ShapeMismatch) {
    let taps = taps(height: input[2], width: input[3])
    for pixel in taps[0].indices where taps.allSatisfy({ $0[pixel] < 0 }) {
      throw ShapeMismatch("a window lies wholly in the padding of input \(input)")
    }
  }

  /// For each position in the window, which input pixel every output pixel reads there; -1 for padding.
  public func taps(height: Int, width: Int) -> [[Int32]] {
    let output = geometry.outputSize(height: height, width: width, kernel: (size[0], size[1]))
    var taps: [[Int32]] = []
    for ky in 0..<size[0] {
      for kx in 0..<size[1] {
        var indices: [Int32] = []
        indices.reserveCapacity(output.height * output.width)
        for oy in 0..<output.height {
          for ox in 0..<output.width {
            let y = oy * geometry.stride[0] - geometry.padding[0] + ky * geometry.dilation[0]
            let x = ox * geometry.stride[1] - geometry.padding[1] + kx * geometry.dilation[1]
            let inside = y >= 0 && y < height && x >= 0 && x < width
            indices.append(inside ? Int32(y * width + x) : -1)
          }
        }
        taps.append(indices)
      }
    }
    return taps
  }
}

/// The mean over windows: ONNX `AveragePool`.
public struct AveragePool: AffineOperation {
  /// The window.
  public var window: PoolingWindow
  /// Whether padding counts as elements.
  public var countsPadding: Bool

  /// Creates a pooling.
  public init(_ window: PoolingWindow, countsPadding: Bool = false) {
    self.window = window
    self.countsPadding = countsPadding
  }

  public var name: String { "AveragePool" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let input = try inputs.only(name)
    let output = try window.outputShape(input)
    if !countsPadding { try window.refuseEmptyWindows(input) }
    return output
  }

  private func factors<T: TensorAlgebra>(_ taps: [[Int32]], as type: T.Type) -> T {
    let pixels = taps[0].count
    let counts = (0..<pixels).map { pixel in
      1 / Double(countsPadding ? taps.count : taps.reduce(0) { $0 + ($1[pixel] < 0 ? 0 : 1) })
    }
    return T(Tensor([pixels], counts))
  }

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let shape = inputs[0].shape
    let taps = window.taps(height: shape[3], width: shape[4])
    let x = inputs[0].reshaped([shape[0], shape[1], shape[2], shape[3] * shape[4]])
    var sum = x.gathered(taps[0], axis: 3)
    for tap in taps.dropFirst() { sum = sum + x.gathered(tap, axis: 3) }
    let output = window.geometry.outputSize(
      height: shape[3], width: shape[4], kernel: (window.size[0], window.size[1]))
    return (sum * factors(taps, as: T.self))
      .reshaped([shape[0], shape[1], shape[2], output.height, output.width])
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    let input = inputs[0]
    let taps = window.taps(height: input[2], width: input[3])
    let flat =
      rows.reshaped([rows.shape[0], input[0], input[1], taps[0].count])
      * factors(taps, as: T.self)
    let pixels = input[2] * input[3]
    var sum = flat.scattered(taps[0], axis: 3, extent: pixels)
    for tap in taps.dropFirst() { sum = sum + flat.scattered(tap, axis: 3, extent: pixels) }
    return [sum.reshaped(Shape([rows.shape[0]] + input.dimensions))]
  }
}

/// The maximum over windows: ONNX `MaxPool`. Padding never wins.
public struct MaxPool: Operation {
  /// The window.
  public var window: PoolingWindow

  /// Creates a pooling.
  public init(_ window: PoolingWindow) { self.window = window }

  public var name: String { "MaxPool" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let input = try inputs.only(name)
    let output = try window.outputShape(input)
    try window.refuseEmptyWindows(input)
    return output
  }

  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let shape = inputs[0].shape
    let candidates = taps(of: shape.dropping(1))
    let x = inputs[0].reshaped([shape[0], shape[1], shape[2], shape[3] * shape[4]])
    var result = x.gathered(candidates[0], axis: 3)
    for tap in candidates.dropFirst() { result = result.maximum(x.gathered(tap, axis: 3)) }
    let output = window.geometry.outputSize(
      height: shape[3], width: shape[4], kernel: (window.size[0], window.size[1]))
    return result.reshaped([shape[0], shape[1], shape[2], output.height, output.width])
  }

  /// The pixels of each window, position by position, with padding replaced by a pixel of the window.
  public func taps(of shape: Shape) -> [[Int32]] {
    var taps = window.taps(height: shape[2], width: shape[3])
    for pixel in taps[0].indices {
      guard let inside = taps.first(where: { $0[pixel] >= 0 })?[pixel] else { continue }
      for tap in taps.indices where taps[tap][pixel] < 0 { taps[tap][pixel] = inside }
    }
    return taps
  }
}
