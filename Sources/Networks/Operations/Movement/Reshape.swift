import Tensors

/// The same elements in another shape: ONNX `Reshape`, `Flatten`, `Squeeze`, `Unsqueeze`.
public struct Reshape: AffineOperation {
  /// The shape of one output.
  public var shape: Shape

  /// Creates a reshaping.
  public init(to shape: Shape) { self.shape = shape }

  public var name: String { "Reshape" }
  public var movesElementsOnly: Bool { true }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let input = try inputs.only(name)
    guard input.count == shape.count else {
      throw ShapeMismatch(
        "cannot reshape \(input) (\(input.count) elements) to \(shape) (\(shape.count))")
    }
    return shape
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].reshaped(Shape([inputs[0].shape[0]] + shape.dimensions))
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    .none
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.reshaped(Shape([rows.shape[0]] + inputs[0].dimensions))]
  }
}
