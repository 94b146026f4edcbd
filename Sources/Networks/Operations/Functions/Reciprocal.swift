import Tensors

/// `1 / x`; a division by a variable is a product with this.
public struct Reciprocal: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Reciprocal" }
  public func value(at x: Double) -> Double { 1 / x }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.reciprocal) }
}
