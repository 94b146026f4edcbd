import Tensors

/// The sum or difference of two tensors of one shape: ONNX `Add` and `Sub` of two variables.
public struct Add: AffineOperation {
  /// Whether the second input is subtracted.
  public var isDifference: Bool

  /// Creates a sum, or a difference.
  public init(isDifference: Bool = false) { self.isDifference = isDifference }

  public var name: String { isDifference ? "Sub" : "Add" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard inputs.count == 2 else {
      throw ShapeMismatch("\(name) takes 2 inputs, got \(inputs.count)")
    }
    guard let shape = Shape.broadcast(inputs[0], inputs[1]) else {
      throw ShapeMismatch("shape mismatch: \(inputs[0]) against \(inputs[1])")
    }
    return shape
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let (a, b) = inputs.alignedRanks()
    return isDifference && !magnitude ? a - b : a + b
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    // Rows are copied, unless an input is spread over several elements; intervals of equal shapes are rounded outward as they are.
    let isSpread = inputs.contains { $0.count != output.count }
    return SumTerms(forward: isSpread ? 2 : 0, backward: isSpread ? output.count : 0)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.unbroadcast(to: inputs[0]), (isDifference ? -rows : rows).unbroadcast(to: inputs[1])]
  }
}
