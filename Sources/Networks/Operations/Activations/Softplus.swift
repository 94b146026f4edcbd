import Foundation
import Tensors

/// `log(1 + exp(sharpness x)) / sharpness`, and `x` itself above a threshold: ONNX and PyTorch `Softplus`.
public struct Softplus: PointwiseOperation, Equatable {
  /// How sharply the function bends at 0; positive.
  public var sharpness: Double
  /// Where `sharpness x` is larger, the function is `x`; infinity for nowhere.
  public var threshold: Double

  /// Creates the operation.
  public init(sharpness: Double = 1, threshold: Double = .infinity) {
    precondition(sharpness > 0, "A softplus of sharpness \(sharpness)")
    self.sharpness = sharpness
    self.threshold = threshold
  }

  public var name: String { "Softplus" }
  public var carriesGradient: Bool { true }

  public func value(at x: Double) -> Double {
    let scaled = sharpness * x
    if scaled > threshold { return x }
    return (max(scaled, 0) + log1p(exp(-abs(scaled)))) / sharpness
  }

  public func derivative(at x: Double) -> Double {
    let scaled = sharpness * x
    return scaled > threshold ? 1 : 1 / (1 + exp(-scaled))
  }

  /// Written so that large inputs do not overflow; above a threshold of 15 or more what is added to `x` is less than
  /// single precision can tell.
  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    let scaled = sharpness == 1 ? x : x * sharpness
    let decay = (-scaled.magnitude()).applying(.exp)
    let sum = scaled.positivePart() + decay.scaled(by: 1, adding: 1).applying(.log)
    let smooth = sharpness == 1 ? sum : sum * (1 / sharpness)
    guard threshold.isFinite else { return smooth }
    let isAbove = T.full(threshold, [1]).combined(.less, scaled)
    return x.masked(by: isAbove) + smooth.masked(by: isAbove.scaled(by: -1, adding: 1))
  }
}
