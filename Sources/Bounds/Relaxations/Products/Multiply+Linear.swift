import Networks
import Tensors

extension Multiply: LinearlyBounded {
  /// Yes: the lines are tensor operations on the ends.
  public var relaxationCarriesGradient: Bool { true }

  /// McCormick's planes through the corner of the smallest `x`.
  ///
  /// On `xl <= x <= xu`, `yl <= y <= yu`, from `(x - xl) (y - yl) >= 0` and `(x - xl) (yu - y) >= 0`:
  ///
  ///     yl x + xl y - xl yl  <=  x y  <=  yu x + xl y - xl yu
  ///
  /// The planes through the opposite corner leave the same volume. At a point they are the product rule.
  ///
  /// Source: McCormick, "Computability of global solutions to factorable nonconvex programs" (1976).
  ///
  /// - Soundness: In real arithmetic for the intervals' ends as they are; the intercepts are widened by
  ///   their rounding.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    let target = Shape([inputs[0].lower.shape[0]] + shapes.output.dimensions)
    let (first, yl) = [inputs[0].lower, inputs[1].lower].alignedRanks()
    let (_, yu) = [inputs[0].upper, inputs[1].upper].alignedRanks()
    let xl = first.broadcast(to: target)
    let (low, high) = (xl * yl, xl * yu)
    func error(_ product: T) -> T {
      let rounding = OutwardRounding(to: T.self)
      return (product.magnitude() + rounding.leastNormal) * (4 * rounding.unit)
    }
    return ProductRelaxation(
      x: Lines(
        lowerSlope: yl.broadcast(to: target), lowerIntercept: -(low + error(low)),
        upperSlope: yu.broadcast(to: target), upperIntercept: error(high) - high
      ).inRowLayout(shapes.output),
      y: Lines(
        lowerSlope: xl, lowerIntercept: nil, upperSlope: xl, upperIntercept: T.full(0, target)
      ).inRowLayout(shapes.output),
      shapes: shapes)
  }
}

/// Planes for every element of a product of two inputs, as two lines each.
struct ProductRelaxation<T: BackwardAlgebra>: Relaxation {
  /// The lines of the first input, which hold the intercepts.
  var x: Lines<T>
  /// The lines of the second input.
  var y: Lines<T>
  var shapes: NodeShapes

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    let (first, constant) = T.relaxed(rows, x, exampleOfRow: exampleOfRow)
    let (second, _) = T.relaxed(rows, y, exampleOfRow: exampleOfRow)
    let inputs = zip([first, second], shapes.inputs).map { block, shape in
      shape == shapes.output
        ? block : T.rows(T.dense(block, shapes.output).unbroadcast(to: shape), shape)
    }
    return (inputs, constant)
  }
}

extension Lines where T: BackwardAlgebra {
  /// The lines in the layout of rows of a node.
  func inRowLayout(_ shape: Shape) -> Lines {
    Lines(
      lowerSlope: lowerSlope.inRowLayout(shape), lowerIntercept: lowerIntercept?.inRowLayout(shape),
      upperSlope: upperSlope.inRowLayout(shape), upperIntercept: upperIntercept.inRowLayout(shape))
  }
}
