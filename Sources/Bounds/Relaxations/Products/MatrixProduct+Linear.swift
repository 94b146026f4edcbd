import Networks
import Tensors

extension MatrixProduct: LinearlyBounded {
  /// Yes: the lines are tensor operations on the ends.
  public var relaxationCarriesGradient: Bool { true }

  /// McCormick's planes for every product of two elements, summed.
  ///
  /// For `Z = X Y` with `xl <= X <= xu`, `yl <= Y <= yu`:
  ///
  ///     X yl + xl Y - xl yl  <=  Z  <=  X yu + xl Y - xl yu
  ///
  /// Source: Shi et al., "Robustness verification for transformers" (2020), section 3.3.
  ///
  /// - Soundness: In real arithmetic for the intervals' ends as they are; the constants are widened by the
  ///   rounding of their sums.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    let (xl, yl) = [inputs[0].lower, inputs[1].lower].alignedRanks()
    let (_, yu) = [inputs[0].upper, inputs[1].upper].alignedRanks()
    let rounding = OutwardRounding(to: T.self)
    func error(_ y: T) -> T {
      xl.magnitude().product(y.magnitude())
        .scaled(
          by: 4 * Double(xl.shape[-1] + 2) * rounding.unit,
          adding: Double(xl.shape[-1]) * rounding.leastNormal)
    }
    return MatrixProductRelaxation(
      xl: xl, yl: yl, yu: yu, lowerConstant: -(xl.product(yl) + error(yl)),
      upperConstant: error(yu) - xl.product(yu), shapes: shapes)
  }
}

/// Planes for every element of a matrix product of two inputs.
struct MatrixProductRelaxation<T: BackwardAlgebra>: Relaxation {
  /// The smallest `X`, of the rank of the output.
  var xl: T
  /// The smallest and largest `Y`, of the rank of the output.
  var yl: T
  var yu: T
  /// The constants of the planes, `[examples] + output`.
  var lowerConstant: T
  var upperConstant: T
  var shapes: NodeShapes

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    let dense = T.dense(rows, shapes.output)
    var parts: (x: [T], y: [T], constant: [T]) = ([], [], [])
    for run in ownerRuns(exampleOfRow) {
      func own(_ values: T) -> T { values.sliced(run.owner..<run.owner + 1, axis: 0) }
      let part = dense.sliced(run.rows, axis: 0)
      let (positive, negative) = (part.positivePart(), part.negativePart())
      let x =
        positive.product(own(yl), transposingLeft: false, transposingRight: true)
        + negative.product(own(yu), transposingLeft: false, transposingRight: true)
      let y = own(xl).product(part, transposingLeft: true, transposingRight: false)
      parts.x.append(x.unbroadcast(to: shapes.inputs[0]))
      parts.y.append(y.unbroadcast(to: shapes.inputs[1]))
      parts.constant.append(
        (positive * own(lowerConstant) + negative * own(upperConstant)).rowSums())
    }
    let (x, y) = (T.concatenated(parts.x, axis: 0), T.concatenated(parts.y, axis: 0))
    return (
      [T.rows(x, shapes.inputs[0]), T.rows(y, shapes.inputs[1])],
      T.concatenated(parts.constant, axis: 0)
    )
  }
}

/// Consecutive rows of one example.
struct OwnerRun {
  var owner: Int
  var rows: Range<Int>
}

/// Cuts rows into runs that belong to one example each.
func ownerRuns(_ exampleOfRow: [Int32]) -> [OwnerRun] {
  var runs: [OwnerRun] = []
  for (row, owner) in exampleOfRow.enumerated() {
    if let last = runs.last, last.owner == Int(owner) {
      runs[runs.count - 1].rows = last.rows.lowerBound..<row + 1
    } else {
      runs.append(OwnerRun(owner: Int(owner), rows: row..<row + 1))
    }
  }
  return runs
}
