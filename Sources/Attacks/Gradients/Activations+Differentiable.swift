import Networks
import Tensors

extension ReLU: ElementwiseDifferentiable {
  /// 1 where the output is positive, 0 elsewhere.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { y.applying(.sign) }
}

extension LeakyReLU: ElementwiseDifferentiable {
  /// 1 where the input is positive, the slope elsewhere.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T {
    T.full(0, [1]).combined(.less, x).scaled(by: 1 - slope, adding: slope)
  }
}

extension Sigmoid: ElementwiseDifferentiable {
  /// `y (1 - y)`.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { y - y.applying(.square) }
}

extension Tanh: ElementwiseDifferentiable {
  /// `1 - y^2`.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T {
    y.applying(.square).scaled(by: -1, adding: 1)
  }
}

extension Erf: ElementwiseDifferentiable {
  /// `2 / sqrt(pi) exp(-x^2)`.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T {
    (-x.applying(.square)).applying(.exp) * (2 / Double.pi.squareRoot())
  }
}

extension Exponential: ElementwiseDifferentiable {
  /// The function itself.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { y }
}

extension Logarithm: ElementwiseDifferentiable {
  /// `1 / x`.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { x.applying(.reciprocal) }
}

extension SquareRoot: ElementwiseDifferentiable {
  /// `1 / (2 y)`.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T {
    y.applying(.reciprocal) * 0.5
  }
}

extension Reciprocal: ElementwiseDifferentiable {
  /// `-y^2`.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { -y.applying(.square) }
}

extension Power: ElementwiseDifferentiable {
  /// `p x^(p - 1)`.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T {
    exponent == 2 ? x * 2 : x.combined(.power, T.full(exponent - 1, [1])) * exponent
  }
}

extension Magnitude: ElementwiseDifferentiable {
  /// The sign.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { x.applying(.sign) }
}

extension Sine: ElementwiseDifferentiable {
  /// The cosine.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { x.applying(.cosine) }
}

extension Cosine: ElementwiseDifferentiable {
  /// The negated sine.
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T { -x.applying(.sine) }
}

extension Floor: Differentiable {
  /// The rows unchanged: the derivative of the identity stands in for zero.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] { [rows] }
}

extension RoundedClamp: Differentiable {
  /// The rows unchanged: the derivative of the identity stands in for zero.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] { [rows] }
}

extension Sign: ElementwiseDifferentiable {
  /// `1 / (1 + |x| / s)^2` with `s` the mean magnitude of the example, in place of zero.
  ///
  /// It is large where a small change flips the sign, so that binarised networks can be attacked; compare
  /// the straight-through estimator of Bengio, Leonard and Courville (2013).
  public func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T {
    let batch = x.shape[0]
    let count = x.shape.count / max(1, batch)
    let magnitude = x.magnitude()
    let mean = magnitude.reshaped([batch, count]).reduced(.sum, axis: 1)
      .scaled(by: 1 / Double(max(1, count)), adding: 1e-30)
      .reshaped(Shape([batch] + [Int](repeating: 1, count: x.shape.rank - 1)))
    return ((magnitude / mean) + 1).applying(.square).applying(.reciprocal)
  }
}
