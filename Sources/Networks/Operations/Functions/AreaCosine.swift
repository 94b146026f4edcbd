import Foundation

/// The inverse of the hyperbolic cosine: ONNX `Acosh`.
public struct AreaCosine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Acosh" }
  public func value(at x: Double) -> Double { acosh(x) }
  public func derivative(at x: Double) -> Double { 1 / ((x - 1) * (x + 1)).squareRoot() }
}
