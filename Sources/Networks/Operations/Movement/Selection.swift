import Tensors

/// Entries picked along one axis, in order: ONNX `Slice`, `Gather` by constants, `Split`, `Expand`, zero
/// `Pad` and nearest `Upsample`.
public struct Selection: AffineOperation {
  /// The axis of one example.
  public var axis: Int
  /// Which entries; -1 for zeros.
  public var indices: [Int32]

  /// Creates a selection.
  public init(axis: Int, indices: [Int32]) {
    self.axis = axis
    self.indices = indices
  }

  public var name: String { "Select" }
  public var movesElementsOnly: Bool { true }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    var shape = try inputs.only(name)
    guard axis >= 0, axis < shape.rank else {
      throw ShapeMismatch("axis \(axis) does not exist in input \(shape)")
    }
    for index in indices where index < -1 || index >= Int32(shape[axis]) {
      throw ShapeMismatch("index \(index) is outside axis \(axis) of input \(shape)")
    }
    shape[axis] = indices.count
    return shape
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].gathered(indices, axis: axis + 1)
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    let most =
      Dictionary(grouping: indices.filter { $0 >= 0 }, by: { $0 }).values.map(\.count)
      .max() ?? 0
    return SumTerms(forward: 0, backward: most > 1 ? most : 0)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.scattered(indices, axis: axis + 1, extent: inputs[0][axis])]
  }
}
