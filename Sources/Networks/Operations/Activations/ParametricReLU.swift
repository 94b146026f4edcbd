import Tensors

/// `x` where positive, elsewhere `x` times a slope of the element's own: ONNX `PRelu`.
public struct ParametricReLU: Operation {
  /// The slopes, which broadcast to the input.
  public var slope: ParameterID

  /// Creates the operation.
  public init(slope: ParameterID) { self.slope = slope }

  public var name: String { "PRelu" }
  public var bend: Bend { .atZero }
  public var parameters: [ParameterID] { [slope] }

  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    ParametricReLU(slope: place(slope))
  }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let shape = try inputs.only(name)
    guard try shape.broadcast(with: parameters(slope)) == shape else {
      throw ShapeMismatch("slopes of shape \(parameters(slope)) do not fit input \(shape)")
    }
    return shape
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    inputs[0].positivePart() + inputs[0].negativePart() * parameters[slope]
  }

  /// The function of each element of one example of a shape.
  public func functions<T: TensorAlgebra>(
    _ shape: Shape, _ parameters: Parameters<T>
  ) -> [LeakyReLU] {
    parameters[slope].values.broadcast(to: shape).scalars.map { LeakyReLU(slope: $0) }
  }
}
