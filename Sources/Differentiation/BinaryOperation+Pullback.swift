import Tensors

/// One of the operands of a binary operation.
enum Operand { case first, second }

extension BinaryOperation {
  /// The map from the gradient of the result to that of an operand, of the result's shape; nil where it is
  /// zero.
  func pullback<T: TensorAlgebra>(
    by operand: Operand, _ a: T, _ b: T, _ result: T
  ) -> (@Sendable (T) -> T)? {
    switch (self, operand) {
    case (.equal, _), (.less, _): nil
    case (.add, _), (.subtract, .first): { $0 }
    case (.subtract, .second): { -$0 }
    case (.mean, _), (.halfDifference, .first): { $0 * 0.5 }
    case (.halfDifference, .second): { $0 * -0.5 }
    case (.multiply, .first): { $0 * b }
    case (.multiply, .second): { $0 * a }
    case (.divide, .first): { $0 / b }
    case (.divide, .second): { -($0 * result / b) }
    case (.maximum, .first), (.minimum, .second): { $0 * share(of: a, above: b) }
    case (.maximum, .second), (.minimum, .first): { $0 * share(of: b, above: a) }
    case (.power, .first): { $0 * b * a.combined(.power, loweredExponent(b)) }
    case (.power, .second): { $0 * result * logarithm(a) }
    }
  }
}

/// 1 where `x` is the larger, one half where both are equal.
private func share<T: TensorAlgebra>(of x: T, above y: T) -> T {
  y.combined(.less, x) + x.combined(.equal, y) * 0.5
}

/// `y - 1`, but 0 for 0: the derivative of `x ^ 0` is 0 at 0 as well, not 0 times infinity.
private func loweredExponent<T: TensorAlgebra>(_ y: T) -> T {
  y + -1 + y.combined(.equal, .full(0, [1]))
}

/// The logarithm, but 0 for 0: the derivative of `0 ^ y` by `y > 0` is 0, not 0 times infinity.
private func logarithm<T: TensorAlgebra>(_ x: T) -> T {
  (x + x.combined(.equal, .full(0, [1]))).applying(.log)
}
