import Tensors

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
