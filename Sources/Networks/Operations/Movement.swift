import Tensors

/// The same elements in another shape: ONNX `Reshape`, `Flatten`, `Squeeze`, `Unsqueeze`.
public struct Reshape: AffineOperation {
  /// The shape of one output.
  public var shape: Shape

  /// Creates a reshaping.
  public init(to shape: Shape) { self.shape = shape }

  public var name: String { "Reshape" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let input = try inputs.only(name)
    guard input.count == shape.count else {
      throw ShapeMismatch(
        "cannot reshape \(input) (\(input.count) elements) to \(shape) (\(shape.count))")
    }
    return shape
  }

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].reshaped(Shape([inputs[0].shape[0]] + shape.dimensions))
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.reshaped(Shape([rows.shape[0]] + inputs[0].dimensions))]
  }
}

/// A reordering of axes: ONNX `Transpose`.
public struct Transpose: AffineOperation {
  /// Axis `i` of the output is axis `permutation[i]` of the input.
  public var permutation: [Int]

  /// Creates a transposition.
  public init(_ permutation: [Int]) { self.permutation = permutation }

  public var name: String { "Transpose" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let input = try inputs.only(name)
    guard permutation.sorted() == Array(0..<input.rank) else {
      throw ShapeMismatch("permutation \(permutation) does not fit input \(input)")
    }
    return Shape(permutation.map { input[$0] })
  }

  private var batched: [Int] { [0] + permutation.map { $0 + 1 } }

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].transposed(batched)
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    var inverse = [Int](repeating: 0, count: batched.count)
    for (i, axis) in batched.enumerated() { inverse[axis] = i }
    return [rows.transposed(inverse)]
  }
}

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

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].gathered(indices, axis: axis + 1)
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.scattered(indices, axis: axis + 1, extent: inputs[0][axis])]
  }
}

/// Tensors joined along an axis: ONNX `Concat` of variables.
public struct Concatenate: AffineOperation {
  /// The axis of one example.
  public var axis: Int

  /// Creates a join.
  public init(axis: Int) { self.axis = axis }

  public var name: String { "Concat" }

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

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    T.concatenated(inputs, axis: axis + 1)
  }

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
