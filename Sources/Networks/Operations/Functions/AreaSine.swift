import Foundation

/// The inverse of the hyperbolic sine: ONNX `Asinh`.
public struct AreaSine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Asinh" }
  public func value(at x: Double) -> Double { asinh(x) }
  public func derivative(at x: Double) -> Double { 1 / hypot(x, 1) }
}
