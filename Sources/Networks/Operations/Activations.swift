import Foundation
import Tensors

/// `max(x, 0)`.
public struct ReLU: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Relu" }
  public func value(at x: Double) -> Double { x <= 0 ? 0 : x }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.positivePart() }
}

/// `x` where positive, `slope * x` elsewhere: ONNX `LeakyRelu`.
public struct LeakyReLU: ElementwiseOperation {
  /// The slope for negative inputs.
  public var slope: Double
  /// Creates the operation.
  public init(slope: Double) { self.slope = slope }
  public var name: String { "LeakyRelu" }
  public func value(at x: Double) -> Double { x < 0 ? slope * x : x }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.positivePart() + x.negativePart() * slope }
}

/// `1 / (1 + exp(-x))`.
public struct Sigmoid: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sigmoid" }
  public func value(at x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.sigmoid) }
}

/// The hyperbolic tangent.
public struct Tanh: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Tanh" }
  public func value(at x: Double) -> Double { Foundation.tanh(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.tanh) }
}

/// The error function, from which exporters build GELU.
public struct Erf: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Erf" }
  public func value(at x: Double) -> Double { Foundation.erf(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.erf) }
}

/// The exponential function.
public struct Exponential: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Exp" }
  public func value(at x: Double) -> Double { Foundation.exp(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.exp) }
}

/// The natural logarithm.
public struct Logarithm: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Log" }
  public func value(at x: Double) -> Double { Foundation.log(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.log) }
}

/// The square root.
public struct SquareRoot: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sqrt" }
  public func value(at x: Double) -> Double { x.squareRoot() }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.squareRoot) }
}

/// `1 / x`; a division by a variable is a product with this.
public struct Reciprocal: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Reciprocal" }
  public func value(at x: Double) -> Double { 1 / x }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.reciprocal) }
}

/// A constant power: ONNX `Pow`.
public struct Power: ElementwiseOperation {
  /// The exponent.
  public var exponent: Double
  /// Creates the operation.
  public init(exponent: Double) { self.exponent = exponent }
  public var name: String { "Pow" }
  public func value(at x: Double) -> Double { exponent == 2 ? x * x : Foundation.pow(x, exponent) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    exponent == 2 ? x.applying(.square) : x.combined(.power, T.full(exponent, [1]))
  }
}

/// The absolute value: ONNX `Abs`.
public struct Magnitude: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Abs" }
  public func value(at x: Double) -> Double { Swift.abs(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.magnitude() }
}

/// -1, 0 or 1.
public struct Sign: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sign" }
  public func value(at x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.sign) }
}

/// The largest integer not above.
public struct Floor: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Floor" }
  public func value(at x: Double) -> Double { x.rounded(.down) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.floor) }
}

/// The sine.
public struct Sine: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sin" }
  public func value(at x: Double) -> Double { Foundation.sin(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.sine) }
}

/// The cosine.
public struct Cosine: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Cos" }
  public func value(at x: Double) -> Double { Foundation.cos(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.cosine) }
}
