import Foundation

/// The tangent: ONNX `Tan`.
public struct Tangent: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Tan" }
  public func value(at x: Double) -> Double { tan(x) }
  public func derivative(at x: Double) -> Double { 1 + tan(x) * tan(x) }
}
