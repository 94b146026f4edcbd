import Tensors

/// The product with a constant, or the quotient by one.
public struct MultiplyConstant: AffineOperation {
  /// The factor or divisor, broadcast to the input.
  public var constant: ParameterID
  /// Whether the input is divided by the constant.
  public var isQuotient: Bool
  /// Whether training moves it.
  public var isTrained: Bool

  /// Creates a product with a constant, or a quotient by one.
  public init(_ constant: ParameterID, isQuotient: Bool = false, isTrained: Bool = false) {
    self.constant = constant
    self.isQuotient = isQuotient
    self.isTrained = isTrained
  }

  public var name: String { isQuotient ? "DivConstant" : "MulConstant" }
  public var mixesElements: Bool { false }
  public var parameters: [ParameterID] { [constant] }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try inputs.only(name).broadcast(with: parameters(constant))
  }

  private func apply<T: TensorAlgebra>(_ x: T, _ parameters: Parameters<T>, magnitude: Bool) -> T {
    let factor = parameters.weight(constant, magnitude: magnitude)
    return isQuotient ? x / factor : x * factor
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    apply(
      inputs[0].broadcastExample(with: parameters[constant].shape), parameters, magnitude: magnitude
    )
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    SumTerms(forward: 2, backward: inputs[0].count == output.count ? 2 : output.count + 2)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [apply(rows, parameters, magnitude: false).unbroadcast(to: inputs[0])]
  }
}
