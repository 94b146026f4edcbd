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

/// `exp(x_i) / sum_j exp(x_j)` along an axis.
public struct Softmax: Operation {
  /// The axis of one example.
  public var axis: Int
  /// Creates the operation.
  public init(axis: Int) { self.axis = axis }
  public var name: String { "Softmax" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let shape = try inputs.only(name)
    guard axis >= 0, axis < shape.rank else {
      throw ShapeMismatch("axis \(axis) of input \(shape)")
    }
    return shape
  }

  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let x = inputs[0]
    let exponentials = (x - x.reduced(.maximum, axis: axis + 1)).applying(.exp)
    return exponentials / exponentials.reduced(.sum, axis: axis + 1)
  }
}
