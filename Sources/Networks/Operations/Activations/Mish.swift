import Foundation
import Tensors

/// `x tanh(log(1 + exp(x)))`: ONNX `Mish`.
public struct Mish: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Mish" }
  public var carriesGradient: Bool { true }

  /// `tanh(log(1 + e^x))`, which is `e (e + 2) / (e (e + 2) + 2)` with `e = e^x`.
  private func gate(_ x: Double) -> Double {
    if x > 40 { return 1 }
    let growth = exp(x)
    let product = growth * (growth + 2)
    return product / (product + 2)
  }

  public func value(at x: Double) -> Double { x * gate(x) }

  public func derivative(at x: Double) -> Double {
    if x > 40 { return 1 }
    let growth = exp(x)
    let sum = growth * (growth + 2) + 2
    return gate(x) + x * 4 * growth * (growth + 1) / (sum * sum)
  }

  public func apply<T: TensorAlgebra>(_ x: T) -> T { x * Softplus().apply(x).applying(.tanh) }
}
