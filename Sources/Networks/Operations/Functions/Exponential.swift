import Foundation
import Tensors

/// The exponential function.
public struct Exponential: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Exp" }
  public func value(at x: Double) -> Double { Foundation.exp(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.exp) }
}
