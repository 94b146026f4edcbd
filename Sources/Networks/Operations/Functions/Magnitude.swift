import Tensors

/// The absolute value: ONNX `Abs`.
public struct Magnitude: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Abs" }
  public var bend: Bend { .atZero }
  public func value(at x: Double) -> Double { Swift.abs(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.magnitude() }
}
