import Foundation

/// The hyperbolic sine: ONNX `Sinh`.
public struct HyperbolicSine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sinh" }
  public func value(at x: Double) -> Double { sinh(x) }
  public func derivative(at x: Double) -> Double { cosh(x) }
}

/// The hyperbolic cosine: ONNX `Cosh`.
public struct HyperbolicCosine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Cosh" }
  public func value(at x: Double) -> Double { cosh(x) }
  public func derivative(at x: Double) -> Double { sinh(x) }
}

/// The inverse of the hyperbolic sine: ONNX `Asinh`.
public struct AreaSine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Asinh" }
  public func value(at x: Double) -> Double { asinh(x) }
  public func derivative(at x: Double) -> Double { 1 / hypot(x, 1) }
}

/// The inverse of the hyperbolic cosine: ONNX `Acosh`.
public struct AreaCosine: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Acosh" }
  public func value(at x: Double) -> Double { acosh(x) }
  public func derivative(at x: Double) -> Double { 1 / ((x - 1) * (x + 1)).squareRoot() }
}

/// The inverse of the hyperbolic tangent: ONNX `Atanh`.
public struct AreaTangent: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Atanh" }
  public func value(at x: Double) -> Double { atanh(x) }
  public func derivative(at x: Double) -> Double { 1 / ((1 - x) * (1 + x)) }
}
