import Tensors

/// The maximum over windows: ONNX `MaxPool`. Padding never wins.
public struct MaxPool: Operation {
  /// The window.
  public var window: PoolingWindow

  /// Creates a pooling.
  public init(_ window: PoolingWindow) { self.window = window }

  public var name: String { "MaxPool" }
  public var bend: Bend { .kinks }

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
    let x = inputs[0].flatteningImage()
    var result = x.gathered(candidates[0], axis: 3)
    for tap in candidates.dropFirst() { result = result.maximum(x.gathered(tap, axis: 3)) }
    let extents = window.outputExtents(PoolingWindow.image(of: shape.dropping(1)))
    return result.reshaped(Shape([shape[0], shape[1], shape[2]] + extents))
  }

  /// The pixels of each window, position by position, with padding replaced by a pixel of the window.
  public func taps(of shape: Shape) -> [[Int32]] {
    var taps = window.taps(PoolingWindow.image(of: shape))
    for pixel in taps[0].indices {
      guard let inside = taps.first(where: { $0[pixel] >= 0 })?[pixel] else { continue }
      for tap in taps.indices where taps[tap][pixel] < 0 { taps[tap][pixel] = inside }
    }
    return taps
  }
}
