import Networks
import Tensors

// Functions of one element that say their derivative at a number.

extension PointwiseOperation {
  /// The derivative of every element.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { x.mapped(derivative(at:)) }
}

extension Softplus: ElementwiseDifferentiable {}
extension Elu: ElementwiseDifferentiable {}
extension GatedLinear: ElementwiseDifferentiable {}
extension Gelu: ElementwiseDifferentiable {}
extension Mish: ElementwiseDifferentiable {}
extension HardSwish: ElementwiseDifferentiable {}
extension Softsign: ElementwiseDifferentiable {}
extension Tangent: ElementwiseDifferentiable {}
extension ArcSine: ElementwiseDifferentiable {}
extension ArcCosine: ElementwiseDifferentiable {}
extension ArcTangent: ElementwiseDifferentiable {}
extension HyperbolicSine: ElementwiseDifferentiable {}
extension HyperbolicCosine: ElementwiseDifferentiable {}
extension AreaSine: ElementwiseDifferentiable {}
extension AreaCosine: ElementwiseDifferentiable {}
extension AreaTangent: ElementwiseDifferentiable {}
extension Shrink: ElementwiseDifferentiable {}
extension Remainder: ElementwiseDifferentiable {}

extension RoundToEven: Differentiable {
  /// The rows unchanged: the derivative of the identity stands in for zero.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] { [rows] }
}

extension Clip: ElementwiseDifferentiable {
  /// 1 where nothing is cut off, 0 elsewhere.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { x.combined(.equal, y) }
}

extension Step: ElementwiseDifferentiable {
  /// Half the stand-in for the derivative of the sign.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T {
    Sign().derivative(at: x, value: y) * 0.5
  }
}

extension IsZero: Differentiable {
  /// Zeros: equality of floats holds nowhere that a small step leads to.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    [T.full(0, rows.shape)]
  }
}
