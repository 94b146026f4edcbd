import Tensors

/// The largest integer not above.
public struct Floor: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Floor" }
  public var bend: Bend { .steps }
  public func value(at x: Double) -> Double { x.rounded(.down) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.floor) }
}
