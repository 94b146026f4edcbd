import Foundation
import Tensors

/// `scale x` where positive, `scale alpha (exp(x / width) - 1)` elsewhere: ONNX `Elu`, `Selu` and `Celu`.
public struct Elu: PointwiseOperation {
  /// What the negative side falls to.
  public var alpha: Double
  /// The factor of both sides.
  public var scale: Double
  /// How far the negative side is stretched; not 0.
  public var width: Double

  /// Creates the operation.
  public init(alpha: Double = 1, scale: Double = 1, width: Double = 1) {
    precondition(width != 0, "An exponential linear unit of width 0")
    self.alpha = alpha
    self.scale = scale
    self.width = width
  }

  public var name: String { "Elu" }
  public var carriesGradient: Bool { true }

  public func value(at x: Double) -> Double {
    x > 0 ? scale * x : scale * alpha * expm1(x / width)
  }

  public func derivative(at x: Double) -> Double {
    x > 0 ? scale : scale * alpha * exp(x / width) / width
  }

  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    let negative = width == 1 ? x.negativePart() : x.negativePart() * (1 / width)
    let tail = negative.applying(.exp).scaled(by: scale * alpha, adding: -scale * alpha)
    let positive = scale == 1 ? x.positivePart() : x.positivePart() * scale
    return positive + tail
  }
}
