/// The nearest integer, of two the even one: ONNX `Round`.
public struct RoundToEven: PointwiseOperation {
  /// Creates the operation.
  public init() {}
  public var name: String { "Round" }
  public var bend: Bend { .steps }
  public func value(at x: Double) -> Double { x.rounded(.toNearestOrEven) }
  public func derivative(at x: Double) -> Double { 0 }
}
