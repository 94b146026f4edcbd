import Networks
import Tensors

/// The gradient of a function of one element that says its derivative at a number.
struct PointwiseGradient: Differentiable {
  let function: any PointwiseOperation

  var name: String { function.name }

  func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try function.outputShape(inputs, parameters)
  }

  func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    function.evaluate(inputs, parameters)
  }

  func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    [rows * inputs[0].mapped(function.derivative(at:))]
  }
}

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
