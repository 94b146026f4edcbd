import Tensors

/// The matrix product of two variables over their last two axes: ONNX `MatMul`.
public struct MatrixProduct: Operation {
  /// Creates the operation.
  public init() {}
  public var name: String { "MatMul" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard inputs.count == 2, inputs[0].rank >= 2, inputs[1].rank >= 2,
      inputs[0][-1] == inputs[1][-2],
      let lead = Shape.broadcast(
        Shape(Array(inputs[0].dimensions.dropLast(2))),
        Shape(Array(inputs[1].dimensions.dropLast(2))))
    else {
      throw ShapeMismatch(
        "shape mismatch: \(inputs.map(\.description).joined(separator: " against "))")
    }
    return Shape(lead.dimensions + [inputs[0][-2], inputs[1][-1]])
  }

  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let (a, b) = inputs.alignedRanks()
    return a.product(b)
  }
}
