import Tensors

/// Batch normalisation in inference mode over axis 1 of `[n, channels, ...]`.
///
/// `y = scale * (x - mean) / sqrt(variance + epsilon) + bias`, an affine map for each channel. It stays a
/// node, so that training and fine-tuning see it; `Network.foldingBatchNormalization` removes it.
public struct BatchNormalization: AffineOperation {
  /// The factor of each channel, ONNX `scale`.
  public var scale: ParameterID
  /// What is added to each channel.
  public var bias: ParameterID
  /// The mean of each channel in the training data.
  public var mean: ParameterID
  /// The variance of each channel in the training data.
  public var variance: ParameterID
  /// Added to the variance.
  public var epsilon: Double
  /// The number of axes of the input of one example, the channel axis being the second.
  public var rank: Int

  /// Creates a normalisation from parameters of shape `[channels]`.
  public init(
    scale: ParameterID, bias: ParameterID, mean: ParameterID, variance: ParameterID,
    epsilon: Double = 1e-5, rank: Int = 4
  ) {
    self.scale = scale
    self.bias = bias
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
    self.rank = rank
  }

  public var name: String { "BatchNormalization" }
  public var mixesElements: Bool { false }
  public var parameters: [ParameterID] { [scale, bias, mean, variance] }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let shape = try inputs.only(name)
    guard shape.rank == rank, rank >= 2 else {
      throw ShapeMismatch("input \(shape), expected \(rank) axes with channels second")
    }
    for id in self.parameters where parameters(id).count != shape[1] {
      throw ShapeMismatch(
        "shape mismatch: \(shape[1]) channels against parameter \(parameters(id))")
    }
    return shape
  }

  /// The factor of each channel, `scale / sqrt(variance + epsilon)`.
  public func factor<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T {
    // Several normalisations may share a scale.
    parameters.derived("normalization factor \(variance.index) \(epsilon)", scale) {
      parameters[scale] / (parameters[variance] + epsilon).applying(.squareRoot)
    }
  }

  /// The channel axis of a batch.
  public var channelAxis: Int { 2 }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    inputs[0].channelScaled(factor(parameters), adding: shift(parameters), axis: channelAxis)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let factor: T = factor(parameters)
    return inputs[0].channelScaled(
      magnitude ? factor.magnitude() : factor, adding: nil, axis: channelAxis)
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    // The factor itself is a sum, a root and a quotient.
    SumTerms(forward: 6, backward: 5)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func offsetMagnitude<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? {
    let sizes: T =
      parameters[bias].magnitude()
      + (parameters[mean] * factor(parameters)).magnitude()
    return sizes.reshaped(Shape([sizes.shape.count] + [Int](repeating: 1, count: rank - 2)))
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.channelScaled(factor(parameters), adding: nil, axis: channelAxis)]
  }

  /// What is added to each channel, `bias - mean * factor`.
  public func shift<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T {
    parameters[bias] - parameters[mean] * factor(parameters)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? {
    let shift: T = shift(parameters)
    return shift.reshaped(Shape([shift.shape.count] + [Int](repeating: 1, count: rank - 2)))
  }
}
