import Tensors

/// A product of the last axis with a weight matrix, plus a bias: ONNX `Gemm` and `MatMul` by a constant.
public struct Linear: AffineOperation {
  /// The weights, `[inputs, outputs]`.
  public var weight: ParameterID
  /// The bias, `[outputs]`.
  public var bias: ParameterID?

  /// Creates a linear layer.
  public init(weight: ParameterID, bias: ParameterID? = nil) {
    self.weight = weight
    self.bias = bias
  }

  public var name: String { "Linear" }
  public var parameters: [ParameterID] { [weight] + (bias.map { [$0] } ?? []) }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    var shape = try inputs.only(name)
    let weight = parameters(weight)
    guard weight.rank == 2 else {
      throw ShapeMismatch("a product with a weight of shape \(weight), expected a matrix")
    }
    guard shape.rank >= 1, shape[-1] == weight[0] else {
      throw ShapeMismatch(
        "shape mismatch: \(shape.rank >= 1 ? shape[-1] : 1) against \(weight[0]) (input \(shape), weight \(weight))"
      )
    }
    if let bias, parameters(bias).count != weight[1] {
      throw ShapeMismatch(
        "shape mismatch: \(weight[1]) outputs against bias of shape \(parameters(bias))")
    }
    shape[-1] = weight[1]
    return shape
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    // A 1-d example is a row of its batch already.
    inputs[0].product(parameters.weight(weight, magnitude: magnitude))
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    let weight = parameters(weight)
    return SumTerms(forward: weight[0] + 1, backward: weight[1])
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    // Transposed once and kept: products by an untransposed matrix are faster on few rows.
    let transposed = parameters.derived("transposed", weight) {
      parameters[weight].transposed([1, 0])
    }
    return [rows.product(transposed)]
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? {
    bias.map { parameters[$0] }
  }
}
