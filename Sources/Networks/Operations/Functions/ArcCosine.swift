import Foundation

/// The inverse of the cosine: ONNX `Acos`.
public struct ArcCosine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Acos" }
  public func value(at x: Double) -> Double { acos(x) }
  public func derivative(at x: Double) -> Double { -1 / ((1 - x) * (1 + x)).squareRoot() }
}
