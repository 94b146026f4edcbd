import Foundation

/// What is left of `x` when as many whole multiples of a number as fit are taken off: ONNX `Mod` of floats, with the sign
/// of `x` (`fmod`) or that of the divisor (`x - floor(x / d) d`).
public struct Remainder: PointwiseOperation {
  /// The number; not 0.
  public var divisor: Double
  /// Whether the quotient is rounded down and not towards 0, so that the sign is that of the divisor.
  public var roundsDown: Bool

  /// Creates the operation.
  public init(divisor: Double, roundsDown: Bool = false) {
    precondition(divisor != 0 && divisor.isFinite, "A remainder by \(divisor)")
    (self.divisor, self.roundsDown) = (divisor, roundsDown)
  }

  public var name: String { "Mod" }
  public var bend: Bend { .jumps }

  public func value(at x: Double) -> Double { Self.value(x, divisor, roundsDown: roundsDown) }

  /// The remainder of two numbers.
  public static func value(_ x: Double, _ divisor: Double, roundsDown: Bool) -> Double {
    let rest = fmod(x, divisor)
    return roundsDown && rest != 0 && (rest < 0) != (divisor < 0) ? rest + divisor : rest
  }

  public func derivative(at x: Double) -> Double { 1 }
}
