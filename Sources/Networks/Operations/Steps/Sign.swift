import Tensors

/// -1, 0 or 1.
public struct Sign: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sign" }
  public var bend: Bend { .steps }
  public func value(at x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.sign) }
}
