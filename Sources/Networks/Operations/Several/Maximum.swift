import Tensors

/// The larger or the smaller of two variables: ONNX `Max` and `Min`.
///
/// A third input, where there is one, is `relu(a - b)`, or `relu(b - a)` for the smaller. Values do not depend on it, as
/// `b + relu(a - b)` loses one of two numbers of very different size; linear bounds follow from it.
public struct Maximum: Operation {
  /// Whether the smaller is taken.
  public var isMinimum: Bool

  /// Creates the operation.
  public init(isMinimum: Bool = false) { self.isMinimum = isMinimum }

  public var name: String { isMinimum ? "Min" : "Max" }
  public var bend: Bend { .kinks }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard inputs.count == 2 || inputs.count == 3 else {
      throw ShapeMismatch("\(name) takes 2 inputs, got \(inputs.count)")
    }
    let shape = try inputs[0].broadcast(with: inputs[1])
    guard inputs.count == 2 || inputs[2] == shape else {
      throw ShapeMismatch("shape mismatch: \(inputs[2]) against \(shape)")
    }
    return shape
  }

  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let (a, b) = Array(inputs.prefix(2)).alignedRanks()
    return isMinimum ? a.minimum(b) : a.maximum(b)
  }
}
