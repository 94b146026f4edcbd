import Tensors

/// The transpose of a two-dimensional convolution, plus a bias: ONNX `ConvTranspose`.
public struct TransposedConvolution: AffineOperation {
  /// The kernels, `[inputs, outputs / groups, height, width]`.
  public var weight: ParameterID
  /// The bias, `[outputs]`.
  public var bias: ParameterID?
  /// The geometry of the convolution that this transposes.
  public var geometry: ConvolutionGeometry
  /// Rows and columns added at the bottom and the right of the output.
  public var outputPadding: [Int]

  /// Creates a transposed convolution.
  public init(
    weight: ParameterID, bias: ParameterID? = nil, geometry: ConvolutionGeometry = .init(),
    outputPadding: [Int] = [0, 0]
  ) {
    self.weight = weight
    self.bias = bias
    self.geometry = geometry
    self.outputPadding = outputPadding
  }

  public var name: String { "ConvTranspose" }
  public var parameters: [ParameterID] { [weight] + (bias.map { [$0] } ?? []) }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let shape = try inputs.only(name)
    let kernel = parameters(weight)
    guard shape.rank == 4, kernel.rank == 4, shape[1] == kernel[0],
      kernel[0] % geometry.groups == 0
    else { throw ShapeMismatch("shape mismatch: input \(shape) against kernel \(kernel)") }
    // More than a stride less one would be a further position that nothing reaches.
    guard (0..<2).allSatisfy({ (0..<geometry.stride[$0]).contains(outputPadding[$0]) }) else {
      throw ShapeMismatch("output padding \(outputPadding) is not below stride \(geometry.stride)")
    }
    let size = outputSize(shape, kernel)
    let outputs = kernel[1] * geometry.groups
    if let bias, parameters(bias).count != outputs {
      throw ShapeMismatch("shape mismatch: \(outputs) outputs against bias \(parameters(bias))")
    }
    guard size.height > 0, size.width > 0 else {
      throw ShapeMismatch("padding removes the whole output of input \(shape) and kernel \(kernel)")
    }
    return [shape[0], outputs, size.height, size.width]
  }

  private func outputSize(_ shape: Shape, _ kernel: Shape) -> (height: Int, width: Int) {
    func extent(_ axis: Int) -> Int {
      (shape[2 + axis] - 1) * geometry.stride[axis] + geometry.dilation[axis]
        * (kernel[2 + axis] - 1)
        + 1 + outputPadding[axis] - geometry.padding[axis] - geometry.padding[2 + axis]
    }
    return (extent(0), extent(1))
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let x = inputs[0]
    let kernel = parameters.weight(weight, magnitude: magnitude)
    let size = outputSize(x.shape.dropping(1), kernel.shape)
    let image = ImageSize(
      channels: kernel.shape[1] * geometry.groups, height: size.height, width: size.width)
    return x.mergingBatch().convolutionTranspose(kernel, geometry, input: image)
      .reshaped([x.shape[0], x.shape[1], image.channels, size.height, size.width])
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    // Output padding can make the transpose see one more position than the input has.
    let result = rows.mergingBatch().convolution(
      parameters[weight], taps: taps(parameters), bias: nil, geometry)
    return [
      result.sliced(0..<inputs[0][2], axis: 2).sliced(0..<inputs[0][3], axis: 3)
        .reshaped(Shape([rows.shape[0]] + inputs[0].dimensions))
    ]
  }

  /// The kernels of the convolution that this transposes, as its taps.
  private func taps<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T {
    Convolution(weight: weight, geometry: geometry).forwardTaps(parameters)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? {
    bias.map { parameters[$0].reshaped([parameters[$0].shape.count, 1, 1]) }
  }
}
