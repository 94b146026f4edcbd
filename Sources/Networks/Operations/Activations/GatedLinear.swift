import Foundation
import Tensors

/// `x sigmoid(sharpness x)`: SiLU, ONNX `Swish`, and quick GELU.
public struct GatedLinear: PointwiseOperation {
  /// How sharply the gate opens.
  public var sharpness: Double

  /// Creates the operation.
  public init(sharpness: Double = 1) { self.sharpness = sharpness }

  public var name: String { "Swish" }
  public var carriesGradient: Bool { true }

  private func gate(_ x: Double) -> Double { 1 / (1 + exp(-sharpness * x)) }

  public func value(at x: Double) -> Double { x * gate(x) }

  public func derivative(at x: Double) -> Double {
    let open = gate(x)
    // 1 - open without cancellation.
    let closed = 1 / (1 + exp(sharpness * x))
    return open * (1 + sharpness * x * closed)
  }

  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    x * (sharpness == 1 ? x : x * sharpness).applying(.sigmoid)
  }
}
