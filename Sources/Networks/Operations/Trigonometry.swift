import Foundation

/// The tangent: ONNX `Tan`.
public struct Tangent: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Tan" }
  public func value(at x: Double) -> Double { tan(x) }
  public func derivative(at x: Double) -> Double { 1 + tan(x) * tan(x) }
}

/// The inverse of the sine: ONNX `Asin`.
public struct ArcSine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Asin" }
  public func value(at x: Double) -> Double { asin(x) }
  public func derivative(at x: Double) -> Double { 1 / ((1 - x) * (1 + x)).squareRoot() }
}

/// The inverse of the cosine: ONNX `Acos`.
public struct ArcCosine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Acos" }
  public func value(at x: Double) -> Double { acos(x) }
  public func derivative(at x: Double) -> Double { -1 / ((1 - x) * (1 + x)).squareRoot() }
}

/// The inverse of the tangent: ONNX `Atan`.
public struct ArcTangent: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Atan" }
  public func value(at x: Double) -> Double { atan(x) }
  public func derivative(at x: Double) -> Double { 1 / (1 + x * x) }
}
