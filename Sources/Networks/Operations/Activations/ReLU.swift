import Tensors

/// `max(x, 0)`.
public struct ReLU: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Relu" }
  public var bend: Bend { .atZero }
  public func value(at x: Double) -> Double { x <= 0 ? 0 : x }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.positivePart() }
}
