import Tensors

/// `x min(max(x / 6 + 1/2, 0), 1)`: ONNX `HardSwish`.
public struct HardSwish: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "HardSwish" }
  public var carriesGradient: Bool { true }
  public func value(at x: Double) -> Double { x <= -3 ? 0 : x >= 3 ? x : x * (x / 6 + 0.5) }
  public func derivative(at x: Double) -> Double { x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5 }

  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    x * Clip(lower: 0, upper: 1).apply(x.scaled(by: 1 / 6, adding: 0.5))
  }
}
