import Tensors

/// A constant, whatever the input: ONNX `Constant` where it cannot be a parameter of its reader.
///
/// It reads the network's input, like every operation something, and maps it to zero.
public struct Constant: AffineOperation {
  /// The values, of the shape of one output.
  public var value: ParameterID

  /// Creates a constant.
  public init(_ value: ParameterID) { self.value = value }

  public var name: String { "Constant" }
  public var parameters: [ParameterID] { [value] }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    _ = try inputs.only(name)
    return parameters(value)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let shape = parameters[value].shape
    return T.full(0, Shape([inputs[0].shape[0]] + shape.dimensions))
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    SumTerms(forward: 1, backward: 0)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [T.full(0, Shape([rows.shape[0]] + inputs[0].dimensions))]
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? { parameters[value] }
}
