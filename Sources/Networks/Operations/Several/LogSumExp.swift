import Tensors

/// `log sum_j exp(x_j)` along an axis, which stays with extent 1: ONNX `ReduceLogSumExp`, and what `LogSoftmax` subtracts.
public struct LogSumExp: Operation {
  /// The axis of one example.
  public var axis: Int
  /// Creates the operation.
  public init(axis: Int) { self.axis = axis }
  public var name: String { "ReduceLogSumExp" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    var shape = try inputs.only(name)
    guard axis >= 0, axis < shape.rank, shape[axis] > 0 else {
      throw ShapeMismatch("axis \(axis) of input \(shape)")
    }
    shape[axis] = 1
    return shape
  }

  /// The largest plus the logarithm of the sum of the exponentials of the distances from it, at least 1: no
  /// exponential overflows, and no sum is 0.
  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let x = inputs[0]
    let top = x.reduced(.maximum, axis: axis + 1)
    return top + (x - top).applying(.exp).reduced(.sum, axis: axis + 1).applying(.log)
  }
}
