import Tensors

/// The square root.
public struct SquareRoot: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sqrt" }
  public func value(at x: Double) -> Double { x.squareRoot() }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.squareRoot) }
}
