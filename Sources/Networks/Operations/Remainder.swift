import Foundation

/// What is left of `x` when as many whole multiples of a number as fit are taken off, with the sign of `x`: ONNX `Mod`
/// of floats.
public struct Remainder: PointwiseOperation {
  /// The number; not 0.
  public var divisor: Double

  /// Creates the operation.
  public init(divisor: Double) {
    precondition(divisor != 0 && divisor.isFinite, "A remainder by \(divisor)")
    self.divisor = divisor
  }

  public var name: String { "Mod" }

  public func value(at x: Double) -> Double { fmod(x, divisor) }

  public func derivative(at x: Double) -> Double { 1 }
}
