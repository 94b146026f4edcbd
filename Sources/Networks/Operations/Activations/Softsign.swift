import Tensors

/// `x / (1 + |x|)`: ONNX `Softsign`.
public struct Softsign: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Softsign" }
  public var carriesGradient: Bool { true }
  public func value(at x: Double) -> Double { x / (1 + abs(x)) }
  public func derivative(at x: Double) -> Double {
    let size = 1 + abs(x)
    return 1 / (size * size)
  }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x / (x.magnitude() + 1) }
}
