import Networks
import Tensors

// What the planes of products lose to the room of each operand, by which a search chooses where to cut.

extension ProductRelaxation {
  /// Half of the product of both widths, shared in proportion to them.
  ///
  /// McCormick's planes are as far apart at most as the product of the widths; cutting either operand in the middle
  /// halves that.
  func costs(of coefficients: T, over inputs: [Interval<T>], owner: Int) -> [T] {
    let target = coefficients.shape
    let widths = zip(inputs, shapes.inputs).map { interval, shape in
      (interval.upper - interval.lower)
        .reshaped(
          Shape(
            [target[0]] + [Int](repeating: 1, count: shapes.output.rank - shape.rank)
              + shape.dimensions)
        ).broadcast(to: target)
    }
    let loss = coefficients.magnitude() * widths[0] * widths[1] * 0.5
    let least = T.full(OutwardRounding(to: T.self).leastNormal, [1])
    let sum = (widths[0] + widths[1]).maximum(least)
    return zip(widths, shapes.inputs).map { width, shape in
      (loss * (width / sum)).unbroadcast(to: shape)
    }
  }
}

extension MatrixProductRelaxation {
  /// A quarter of the product of the widths for either element of every pair.
  func costs(of coefficients: T, over inputs: [Interval<T>], owner: Int) -> [T] {
    let (x, y) = [inputs[0].upper - inputs[0].lower, inputs[1].upper - inputs[1].lower]
      .alignedRanks()
    let sizes = coefficients.magnitude() * 0.25
    return [
      (sizes.product(y, transposingLeft: false, transposingRight: true) * x)
        .unbroadcast(to: shapes.inputs[0]),
      (x.product(sizes, transposingLeft: true, transposingRight: false) * y)
        .unbroadcast(to: shapes.inputs[1]),
    ]
  }
}

extension SoftmaxRelaxation {
  /// How far the planes of all outputs move apart from the middle of an input to its ends.
  func costs(of coefficients: T, over inputs: [Interval<T>], owner: Int) -> [T] {
    let layout = GroupLayout(coefficients.shape, axis: axis + 1)
    let own = owner..<owner + 1
    let spread = (upperSlopes.sliced(own, axis: 0) - lowerSlopes.sliced(own, axis: 0)).magnitude()
    let sizes = layout.grouped(coefficients.magnitude())
      .reshaped([layout.count, 1, layout.size])
    let apart = sizes.product(spread.reshaped([layout.count, layout.size, layout.size]))
    return [
      layout.ungrouped(apart.reshaped([layout.count, layout.size]))
        * ((inputs[0].upper - inputs[0].lower) * 0.5)
    ]
  }
}
