import Foundation
import Tensors

/// `1 / (1 + exp(-x))`.
public struct Sigmoid: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sigmoid" }
  public func value(at x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.sigmoid) }
}
