import Tensors

/// `min(max(x, lower), upper)` with the same bounds for every element: ONNX `Clip`, and `Max` or `Min` with a number.
///
/// What lies between the bounds is kept bit for bit, however large the bounds are. Where the bounds cross, the upper
/// one wins, as the standard says.
public struct Clip: PointwiseOperation {
  /// The least output; minus infinity for none.
  public var lower: Double
  /// The largest output; infinity for none.
  public var upper: Double

  /// Creates the operation.
  public init(lower: Double = -.infinity, upper: Double = .infinity) {
    self.lower = lower
    self.upper = upper
  }

  public var name: String { "Clip" }
  public var bend: Bend { .kinks }
  public var carriesGradient: Bool { true }
  public func value(at x: Double) -> Double {
    let raised = x < lower ? lower : x
    return raised > upper ? upper : raised
  }
  public func derivative(at x: Double) -> Double { x > lower && x < upper ? 1 : 0 }

  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    let raised = lower == -.infinity ? x : x.maximum(T.full(lower, [1]))
    return upper == .infinity ? raised : raised.minimum(T.full(upper, [1]))
  }
}
