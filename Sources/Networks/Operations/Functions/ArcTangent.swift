import Foundation

/// The inverse of the tangent: ONNX `Atan`.
public struct ArcTangent: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Atan" }
  public func value(at x: Double) -> Double { atan(x) }
  public func derivative(at x: Double) -> Double { 1 / (1 + x * x) }
}
