import Foundation
import Tensors

/// The cosine.
public struct Cosine: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Cos" }
  public func value(at x: Double) -> Double { Foundation.cos(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.cosine) }
}
