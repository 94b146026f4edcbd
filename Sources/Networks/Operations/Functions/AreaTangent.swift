import Foundation

/// The inverse of the hyperbolic tangent: ONNX `Atanh`.
public struct AreaTangent: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Atanh" }
  public func value(at x: Double) -> Double { atanh(x) }
  public func derivative(at x: Double) -> Double { 1 / ((1 - x) * (1 + x)) }
}
