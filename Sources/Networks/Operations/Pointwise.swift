import Tensors

/// A smooth or piecewise smooth function of every element, given by its value and its derivative at a number.
public protocol PointwiseOperation: ElementwiseOperation {
  /// The derivative, at a kink that of either side.
  func derivative(at x: Double) -> Double
  /// Whether `apply` is written in the arithmetic of the number system, so that it can be differentiated.
  ///
  /// Where it is not, the elements are computed one by one in double precision, and are constants to a gradient.
  var carriesGradient: Bool { get }
}

extension PointwiseOperation {
  /// No, unless an operation writes its own `apply`.
  public var carriesGradient: Bool { false }

  /// Every element computed in double precision and rounded.
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.mapped(value(at:)) }
}

extension TensorAlgebra {
  /// A function of every element, computed in double precision; a constant to a gradient.
  public func mapped(_ function: @Sendable (Double) -> Double) -> Self {
    let values = values
    return Self(
      Tensor<Double>(uninitialized: values.shape) { out in
        values.withElements { x in
          nonisolated(unsafe) let (out, x) = (out, x)
          Workers.forEachRange(of: values.count, grain: 4096) { range in
            for i in range { out[i] = function(x[i]) }
          }
        }
      })
  }
}
