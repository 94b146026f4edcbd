import Tensors

/// The elementwise product of two variables: ONNX `Mul`.
public struct Multiply: Operation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Mul" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard inputs.count == 2 else { throw ShapeMismatch("Mul takes 2 inputs, got \(inputs.count)") }
    return try inputs[0].broadcast(with: inputs[1])
  }

  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let (a, b) = inputs.alignedRanks()
    return a * b
  }
}
