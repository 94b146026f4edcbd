import Foundation
import Tensors

/// The natural logarithm.
public struct Logarithm: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Log" }
  public func value(at x: Double) -> Double { Foundation.log(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.log) }
}
