import Tensors

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

  private func factors<T: TensorAlgebra>(_ image: [Int], as type: T.Type) -> T {
    let counts = window.counts(image, countingPadding: countsPadding)
    return T(Tensor([counts.count], counts.map { 1 / Double($0) }))
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let shape = inputs[0].shape
    let image = PoolingWindow.image(of: shape.dropping(1))
    let taps = window.taps(image)
    let x = inputs[0].flatteningImage()
    var sum = x.gathered(taps[0], axis: 3)
    for tap in taps.dropFirst() { sum = sum + x.gathered(tap, axis: 3) }
    return (sum * factors(image, as: T.self))
      .reshaped(Shape([shape[0], shape[1], shape[2]] + window.outputExtents(image)))
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    let taps = window.size.reduce(1, *)
    return SumTerms(forward: taps + 2, backward: taps + 2)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    let image = PoolingWindow.image(of: inputs[0])
    let taps = window.taps(image)
    let flat = rows.flatteningImage() * factors(image, as: T.self)
    let pixels = image.reduce(1, *)
    var sum = flat.scattered(taps[0], axis: 3, extent: pixels)
    for tap in taps.dropFirst() { sum = sum + flat.scattered(tap, axis: 3, extent: pixels) }
    return [sum.reshaped(Shape([rows.shape[0]] + inputs[0].dimensions))]
  }
}

extension TensorAlgebra {
  /// A batch of images with their axes joined: `[b, n, c, h, w]` to `[b, n, c, h * w]`, for any number of image axes.
  public func flatteningImage() -> Self {
    reshaped([shape[0], shape[1], shape[2], shape.dropping(3).count])
  }
}
