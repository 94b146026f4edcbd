import Foundation
import Tensors

/// The error function, from which exporters build GELU.
public struct Erf: ElementwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Erf" }
  public func value(at x: Double) -> Double { Foundation.erf(x) }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.applying(.erf) }
}
