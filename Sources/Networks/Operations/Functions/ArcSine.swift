import Foundation

/// The inverse of the sine: ONNX `Asin`.
public struct ArcSine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Asin" }
  public func value(at x: Double) -> Double { asin(x) }
  public func derivative(at x: Double) -> Double { 1 / ((1 - x) * (1 + x)).squareRoot() }
}
