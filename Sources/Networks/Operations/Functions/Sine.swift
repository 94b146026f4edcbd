import Foundation
import Tensors

/// The sine.
public struct Sine: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Sin" }
  public func value(at x: Double) -> Double { Foundation.sin(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.sine) }
}
