import Foundation
import Tensors

/// `x (1 + erf(sharpness x)) / 2`, for the usual sharpness `x` times the normal distribution's share below `x`, or the
/// approximation of that by a hyperbolic tangent: ONNX `Gelu`.
public struct Gelu: PointwiseOperation {
  /// Whether the share is `(1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`.
  public var isApproximate: Bool
  /// How sharply the gate opens; positive. The approximation has the usual sharpness, the square root of 1/2.
  public var sharpness: Double

  /// Creates the operation, or its approximation.
  public init(isApproximate: Bool = false) {
    self.isApproximate = isApproximate
    sharpness = 0.5.squareRoot()
  }

  /// Creates the operation with a sharpness.
  public init(sharpness: Double) {
    precondition(sharpness > 0, "A gate of sharpness \(sharpness)")
    isApproximate = false
    self.sharpness = sharpness
  }

  public var name: String { "Gelu" }
  public var carriesGradient: Bool { true }

  private static var factor: Double { (2 / Double.pi).squareRoot() }
  private static var cubic: Double { 0.044715 }

  /// The share; small ones without cancellation.
  private func share(_ x: Double) -> Double {
    guard isApproximate else { return 0.5 * erfc(-x * sharpness) }
    return 1 / (1 + exp(-2 * Self.factor * (x + Self.cubic * x * x * x)))
  }

  public func value(at x: Double) -> Double { x * share(x) }

  public func derivative(at x: Double) -> Double {
    let share = share(x)
    guard isApproximate else {
      let scaled = sharpness * x
      return share + scaled * exp(-scaled * scaled) / Double.pi.squareRoot()
    }
    let inner = 2 * Self.factor * (1 + 3 * Self.cubic * x * x)
    return share + x * share * self.share(-x) * inner
  }

  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    guard isApproximate else {
      if sharpness == 0.5.squareRoot() { return x.gelu() }
      let share = (x * sharpness).applying(.erf).scaled(by: 0.5, adding: 0.5)
      return x * share
    }
    let inner = x * x.applying(.square).scaled(by: Self.cubic * Self.factor, adding: Self.factor)
    return x * inner.applying(.tanh).scaled(by: 0.5, adding: 0.5)
  }
}
