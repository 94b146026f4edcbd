import Tensors

/// `x - bias` above `threshold`, `x + bias` below `-threshold`, 0 between: ONNX `Shrink`; `ThresholdedRelu` is its upper
/// half.
public struct Shrink: PointwiseOperation {
  /// How far from 0 the output is 0; at least 0 where both sides are kept.
  public var threshold: Double
  /// What is taken off the size of what is kept.
  public var bias: Double
  /// Whether the negative side is 0 as well.
  public var keepsPositiveOnly: Bool

  /// Creates the operation.
  public init(threshold: Double = 0.5, bias: Double = 0, keepsPositiveOnly: Bool = false) {
    precondition(keepsPositiveOnly || threshold >= 0, "A shrinking with threshold \(threshold)")
    self.threshold = threshold
    self.bias = bias
    self.keepsPositiveOnly = keepsPositiveOnly
  }

  public var name: String { keepsPositiveOnly ? "ThresholdedRelu" : "Shrink" }
  public var bend: Bend { .jumps }

  public func value(at x: Double) -> Double {
    if x > threshold { return x - bias }
    return !keepsPositiveOnly && x < -threshold ? x + bias : x.isNaN ? x : 0
  }

  public func derivative(at x: Double) -> Double {
    x > threshold || (!keepsPositiveOnly && x < -threshold) ? 1 : 0
  }
}
