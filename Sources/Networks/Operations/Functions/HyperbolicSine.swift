import Foundation

/// The hyperbolic sine: ONNX `Sinh`.
public struct HyperbolicSine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sinh" }
  public func value(at x: Double) -> Double { sinh(x) }
  public func derivative(at x: Double) -> Double { cosh(x) }
}
