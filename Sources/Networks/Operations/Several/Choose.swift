import Tensors

/// One of two variables by a third, which is 1 for the first and 0 for the second: ONNX `Where`.
///
/// A fourth input, where there is one, is the difference of the two. Values do not depend on it; linear bounds
/// follow from it.
public struct Choose: Operation {
  /// Creates the operation.
  public init() {}

  public var name: String { "Where" }
  public var bend: Bend { .jumps }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard inputs.count == 3 || inputs.count == 4 else {
      throw ShapeMismatch("Where takes 3 inputs, got \(inputs.count)")
    }
    let branches = try inputs[1].broadcast(with: inputs[2])
    let shape = try branches.broadcast(with: inputs[0])
    guard inputs.count == 3 || inputs[3] == branches else {
      throw ShapeMismatch("shape mismatch: \(inputs[3]) against \(branches)")
    }
    return shape
  }

  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let rank = inputs.map(\.shape.rank).max() ?? 0
    let parts = inputs.prefix(3).map { $0.paddingExampleRank(to: rank) }
    guard
      let first = Shape.broadcast(parts[0].shape, parts[1].shape),
      let shape = Shape.broadcast(first, parts[2].shape)
    else { preconditionFailure("Where of \(inputs.map(\.shape))") }
    let (choice, a, b) = (
      parts[0].broadcast(to: shape), parts[1].broadcast(to: shape), parts[2].broadcast(to: shape)
    )
    // Masked, not multiplied: an infinite number that is not chosen must not make a NaN.
    return a.masked(by: choice) + b.masked(by: choice.scaled(by: -1, adding: 1))
  }
}
