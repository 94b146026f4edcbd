import Foundation

/// The hyperbolic cosine: ONNX `Cosh`.
public struct HyperbolicCosine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Cosh" }
  public func value(at x: Double) -> Double { cosh(x) }
  public func derivative(at x: Double) -> Double { sinh(x) }
}
