import Tensors

/// A two-dimensional convolution of `[1, channels, height, width]`: ONNX `Conv`.
public struct Convolution: AffineOperation {
  /// The kernels, `[outputs, inputs / groups, height, width]`.
  public var weight: ParameterID
  /// The bias, `[outputs]`.
  public var bias: ParameterID?
  /// Strides, padding, dilation and groups.
  public var geometry: ConvolutionGeometry

  /// Creates a convolution.
  public init(
    weight: ParameterID, bias: ParameterID? = nil, geometry: ConvolutionGeometry = .init()
  ) {
    self.weight = weight
    self.bias = bias
    self.geometry = geometry
  }

  public var name: String { "Conv" }
  public var parameters: [ParameterID] { [weight] + (bias.map { [$0] } ?? []) }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let shape = try inputs.only(name)
    let kernel = parameters(weight)
    guard shape.rank == 4, kernel.rank == 4 else {
      throw ShapeMismatch("input \(shape) with kernel \(kernel), expected four axes each")
    }
    guard shape[1] == kernel[1] * geometry.groups, kernel[0] % geometry.groups == 0 else {
      throw ShapeMismatch(
        "shape mismatch: \(shape[1]) channels against kernel \(kernel) in \(geometry.groups) groups"
      )
    }
    if let bias, parameters(bias).count != kernel[0] {
      throw ShapeMismatch("shape mismatch: \(kernel[0]) outputs against bias \(parameters(bias))")
    }
    let size = geometry.outputSize(
      height: shape[2], width: shape[3], kernel: (kernel[2], kernel[3]))
    guard size.height > 0, size.width > 0 else {
      throw ShapeMismatch("kernel \(kernel) is larger than its input \(shape)")
    }
    return [shape[0], kernel[0], size.height, size.width]
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    convolve(
      inputs[0], parameters.weight(weight, magnitude: magnitude),
      taps: forwardTaps(parameters, magnitude: magnitude), bias: nil)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    convolve(
      inputs[0], parameters[weight], taps: forwardTaps(parameters),
      bias: bias.map { parameters[$0] })
  }

  private func convolve<T: TensorAlgebra>(
    _ x: T, _ kernel: T, taps: @autoclosure () -> T, bias: T?
  ) -> T {
    let result = x.mergingBatch().convolution(kernel, taps: taps(), bias: bias, geometry)
    return result.reshaped(Shape([x.shape[0], x.shape[1]] + result.shape.dropping(1).dimensions))
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    let kernel = parameters(weight)
    let taps = kernel[2] * kernel[3]
    return SumTerms(
      forward: kernel[1] * taps + 1, backward: kernel[0] / geometry.groups * taps)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    let size = ImageSize(channels: inputs[0][1], height: inputs[0][2], width: inputs[0][3])
    return [
      rows.mergingBatch().convolutionTranspose(parameters[weight], geometry, input: size)
        .reshaped(Shape([rows.shape[0]] + inputs[0].dimensions))
    ]
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? {
    bias.map { parameters[$0].reshaped([parameters[$0].shape.count, 1, 1]) }
  }
}

extension Convolution {
  /// The kernels as `[taps, outputs, inputs]`, inputs padded with zeros to a multiple of 16.
  public func backwardTaps<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T {
    parameters.derived("backward taps", weight) {
      parameters[weight].transposed([2, 3, 0, 1]).asTaps()
    }
  }

  /// The kernels, or their absolute values, as `[taps, inputs, outputs]`, outputs padded with zeros to a
  /// multiple of 16.
  public func forwardTaps<T: TensorAlgebra>(
    _ parameters: Parameters<T>, magnitude: Bool = false
  ) -> T {
    parameters.derived(magnitude ? "magnitude taps" : "forward taps", weight) {
      parameters.weight(weight, magnitude: magnitude).transposed([2, 3, 1, 0]).asTaps()
    }
  }
}

extension TensorAlgebra {
  /// Joins the batch axis and the example's own leading axis: `[b, n, c, h, w]` to `[b * n, c, h, w]`.
  func mergingBatch() -> Self {
    reshaped(Shape([shape[0] * shape[1]] + shape.dropping(2).dimensions))
  }
}
