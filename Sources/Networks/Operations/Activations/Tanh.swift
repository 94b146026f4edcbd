import Foundation
import Tensors

/// The hyperbolic tangent.
public struct Tanh: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Tanh" }
  public func value(at x: Double) -> Double { Foundation.tanh(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.tanh) }
}
