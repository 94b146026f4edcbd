import Tensors

/// Tensors joined along an axis: ONNX `Concat` of variables.
public struct Concatenate: AffineOperation {
  /// The axis of one example.
  public var axis: Int

  /// Creates a join.
  public init(axis: Int) { self.axis = axis }

  public var name: String { "Concat" }
  public var movesElementsOnly: Bool { true }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard var shape = inputs.first, axis >= 0, axis < shape.rank else {
      throw ShapeMismatch("axis \(axis) does not exist in the inputs")
    }
    for other in inputs.dropFirst() {
      guard other.rank == shape.rank,
        shape.dimensions.indices.allSatisfy({ $0 == axis || other[$0] == shape[$0] })
      else { throw ShapeMismatch("shape mismatch: \(shape) against \(other) along axis \(axis)") }
    }
    shape[axis] = inputs.reduce(0) { $0 + $1[axis] }
    return shape
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    T.concatenated(inputs, axis: axis + 1)
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    .none
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    var from = 0
    return inputs.map { shape in
      defer { from += shape[axis] }
      return rows.sliced(from..<from + shape[axis], axis: axis + 1)
    }
  }
}
