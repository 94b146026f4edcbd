import Tensors

/// 1 where the input is 0, 0 elsewhere; equality is this of a difference.
public struct IsZero: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Equal" }
  public var bend: Bend { .steps }
  public func value(at x: Double) -> Double { x == 0 ? 1 : 0 }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.combined(.equal, T.full(0, [1])) }
}
