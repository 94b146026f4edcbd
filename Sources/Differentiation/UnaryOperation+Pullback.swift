import Tensors

extension UnaryOperation {
  /// The map from the gradient of the result to that of the operand, `g f'(x)`; nil where it is zero.
  ///
  /// It holds the operand or the result, whichever the derivative follows from, or neither. The result is
  /// preferred: the next operation often keeps it as well.
  func pullback<T: TensorAlgebra>(_ x: T, _ result: T) -> (@Sendable (T) -> T)? {
    switch self {
    case .sign, .floor: nil
    case .negate: { -$0 }
    case .magnitude: { $0 * x.applying(.sign) }
    // Masked, not multiplied by 0: an infinite gradient ends here.
    case .positivePart: { $0.masked(by: result) }
    case .negativePart: { $0.masked(by: -result) }
    case .reciprocal: { -($0 * result.applying(.square)) }
    case .square: { $0 * x * 2 }
    case .squareRoot: { $0 / result * 0.5 }
    case .exp: { $0 * result }
    case .log: { $0 / x }
    case .tanh: { $0 * result.applying(.square).scaled(by: -1, adding: 1) }
    case .sigmoid: { $0 * (result - result.applying(.square)) }
    case .sine: { $0 * x.applying(.cosine) }
    case .cosine: { -($0 * x.applying(.sine)) }
    case .erf: { $0 * (-x.applying(.square)).applying(.exp) * erfSlope }
    }
  }
}

/// The slope of erf at 0, `2 / sqrt(pi)`.
private let erfSlope = 2 / Double.pi.squareRoot()
