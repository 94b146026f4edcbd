import Tensors

/// The sum with a constant.
public struct AddConstant: AffineOperation {
  /// What is added, broadcast to the input.
  public var constant: ParameterID
  /// Whether training moves it.
  public var isTrained: Bool

  /// Creates a sum with a constant.
  public init(_ constant: ParameterID, isTrained: Bool = false) {
    self.constant = constant
    self.isTrained = isTrained
  }

  public var name: String { "AddConstant" }
  public var mixesElements: Bool { false }
  public var parameters: [ParameterID] { [constant] }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try inputs.only(name).broadcast(with: parameters(constant))
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].broadcastExample(with: parameters[constant].shape)
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    SumTerms(forward: 2, backward: inputs[0].count == output.count ? 0 : output.count)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.unbroadcast(to: inputs[0])]
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? { parameters[constant] }
}
