import Networks
import Tensors

// The adjoints of the planes: values of the inputs carried forward through the planes that a backward pass
// chose, which slope optimisation needs below these operations.

extension ProductRelaxation {
  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    let target = Shape([rows.count] + shapes.output.dimensions)
    let values = zip(inputs, shapes.inputs).map { block, shape in
      T.dense(block, shape)
        .reshaped(
          Shape(
            [rows.count] + [Int](repeating: 1, count: shapes.output.rank - shape.rank)
              + shape.dimensions)
        ).broadcast(to: target)
    }
    let (x, y) = (x.inValueLayout(shapes.output), y.inValueLayout(shapes.output))
    func own(_ values: T) -> T { values.gathered(exampleOfRow, axis: 0) }
    func plane(_ slope: T, _ other: T, _ intercept: T?) -> T {
      let sum = own(slope) * values[0] + own(other) * values[1]
      return intercept.map { sum + own($0) } ?? sum
    }
    return rows.chosen(
      below: plane(x.lowerSlope, y.lowerSlope, x.lowerIntercept),
      above: plane(x.upperSlope, y.upperSlope, x.upperIntercept), shapes.output)
  }
}

extension MatrixProductRelaxation {
  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    let (x, y) = [T.dense(inputs[0], shapes.inputs[0]), T.dense(inputs[1], shapes.inputs[1])]
      .alignedRanks()
    func own(_ values: T) -> T { values.gathered(exampleOfRow, axis: 0) }
    let common = own(xl).product(y)
    return rows.chosen(
      below: x.product(own(yl)) + common + own(lowerConstant),
      above: x.product(own(yu)) + common + own(upperConstant), shapes.output)
  }
}

extension SoftmaxRelaxation {
  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    let x = T.dense(inputs[0], shape)
    let layout = GroupLayout(x.shape, axis: axis + 1)
    let groups = layout.count / max(1, rows.count)
    let column = layout.grouped(x).reshaped([rows.count, groups, layout.size, 1])
    func plane(_ slopes: T, _ intercepts: T) -> T {
      let values = slopes.gathered(exampleOfRow, axis: 0).product(column)
        .reshaped([rows.count, groups, layout.size])
      return layout.ungrouped(values + intercepts.gathered(exampleOfRow, axis: 0))
    }
    return rows.chosen(
      below: plane(lowerSlopes, lowerIntercepts), above: plane(upperSlopes, upperIntercepts), shape)
  }
}

extension MaxPoolRelaxation {
  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    let (input, output) = (shapes.inputs[0], shapes.output)
    let x = T.dense(inputs[0], input)
      .reshaped([rows.count, input[0] * input[1], input.dropping(2).count])
    var (below, above): (T?, T?)
    for (tap, lines) in zip(taps, lines) {
      let values = x.gathered(tap, axis: 2).reshaped([rows.count, output.count])
      let low = values * lines.lowerSlope.gathered(exampleOfRow, axis: 0)
      let high =
        values * lines.upperSlope.gathered(exampleOfRow, axis: 0)
        + lines.upperIntercept.gathered(exampleOfRow, axis: 0)
      below = below.map { $0 + low } ?? low
      above = above.map { $0 + high } ?? high
    }
    guard let below, let above else { return nil }
    return rows.chosen(below: below, above: above, output)
  }
}

extension RowBlock where T: BackwardAlgebra {
  /// Values from the planes below for coefficients that are not negative, from those above for the others.
  ///
  /// - Returns: The values laid out as the rows are; nil for windows that are not the whole image.
  func chosen(below: T, above: T, _ shape: Shape) -> T? {
    guard placement?.isWhole ?? true else { return nil }
    let dense = T.dense(self, shape)
    let isNegative = dense.combined(.less, T.full(0, [1]))
    func own(_ values: T) -> T { values.reshaped(dense.shape) }
    let values = own(below) * (isNegative * -1 + 1) + own(above) * isNegative
    return T.rows(values, shape).values
  }
}
