import Tensors

/// The sum or mean over axes: ONNX `ReduceSum`, `ReduceMean`, `GlobalAveragePool`.
public struct Reduce: AffineOperation {
  /// The axes of one example.
  public var axes: [Int]
  /// Whether the reduced axes stay with extent 1.
  public var keepingAxes: Bool
  /// Whether the sum is divided by the number of elements.
  public var isMean: Bool

  /// Creates a reduction.
  public init(axes: [Int], keepingAxes: Bool, isMean: Bool) {
    self.axes = axes
    self.keepingAxes = keepingAxes
    self.isMean = isMean
  }

  public var name: String { isMean ? "ReduceMean" : "ReduceSum" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    var shape = try inputs.only(name)
    guard axes.allSatisfy({ $0 >= 0 && $0 < shape.rank }), Set(axes).count == axes.count else {
      throw ShapeMismatch("axes \(axes) do not fit input \(shape)")
    }
    for axis in axes { shape[axis] = 1 }
    guard !keepingAxes else { return shape }
    return Shape(shape.dimensions.indices.filter { !axes.contains($0) }.map { shape[$0] })
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let x = inputs[0]
    let sum = x.reduced(.sum, axes: axes.map { $0 + 1 }, keepingAxes: keepingAxes)
    return isMean ? sum * (1 / Double(count(in: x.shape.dropping(1)))) : sum
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    let count = axes.reduce(1) { $0 * inputs[0][$1] }
    return SumTerms(forward: count + 2, backward: isMean ? 2 : 0)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    var kept = inputs[0]
    for axis in axes { kept[axis] = 1 }
    let spread = rows.reshaped(Shape([rows.shape[0]] + kept.dimensions))
      .broadcast(to: Shape([rows.shape[0]] + inputs[0].dimensions))
    return [isMean ? spread * (1 / Double(count(in: inputs[0]))) : spread]
  }

  private func count(in shape: Shape) -> Int { axes.reduce(1) { $0 * shape[$1] } }
}
