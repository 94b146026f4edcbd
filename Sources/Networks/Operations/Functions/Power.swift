import Foundation
import Tensors

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
