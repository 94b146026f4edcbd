import Tensors

/// A reordering of axes: ONNX `Transpose`.
public struct Transpose: AffineOperation {
  /// Axis `i` of the output is axis `permutation[i]` of the input.
  public var permutation: [Int]

  /// Creates a transposition.
  public init(_ permutation: [Int]) { self.permutation = permutation }

  public var name: String { "Transpose" }
  public var movesElementsOnly: Bool { true }

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

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].transposed(batched)
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
    var inverse = [Int](repeating: 0, count: batched.count)
    for (i, axis) in batched.enumerated() { inverse[axis] = i }
    return [rows.transposed(inverse)]
  }
}
