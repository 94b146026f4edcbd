import Tensors

/// `x` where positive, `slope * x` elsewhere: ONNX `LeakyRelu`.
public struct LeakyReLU: ElementwiseOperation {
  /// The slope for negative inputs.
  public var slope: Double
  /// Creates the operation.
  public init(slope: Double) { self.slope = slope }
  public var name: String { "LeakyRelu" }
  public var bend: Bend { .atZero }
  public func value(at x: Double) -> Double { x < 0 ? slope * x : x }
  public func apply<T: TensorAlgebra>(_ x: T) -> T { x.positivePart() + x.negativePart() * slope }
}
