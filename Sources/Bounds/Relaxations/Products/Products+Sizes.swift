import Networks
import Tensors

// The sizes of what meets where rows go through planes, by which their rounding is charged.

extension ProductRelaxation {
  /// Both slopes times what they are applied to, and the intercept.
  func sizes(over inputs: [T]) -> LineSizes<T> {
    let values = inputs.map {
      $0.broadcast(toOutput: shapes.output).inRowLayout(shapes.output)
    }
    return LineSizes(
      x.sizes(over: values[0]) + y.sizes(over: values[1]), terms: 1 + shapes.mostRepeats)
  }
}

extension MatrixProductRelaxation {
  /// The products of each plane's terms, summed.
  func sizes(over inputs: [T]) -> LineSizes<T> {
    let (x, y) = inputs.alignedRanks()
    let steepest = yl.magnitude().maximum(yu.magnitude())
    let sums = x.product(steepest) + xl.magnitude().product(y)
    let intercepts = lowerConstant.magnitude().maximum(upperConstant.magnitude())
    let extents = [x.shape[-2], x.shape[-1], y.shape[-1]].reduce(0, max)
    // A matrix may be a factor of all others along the leading axes.
    let matrices = shapes.output.count / max(1, shapes.output[-1] * shapes.output[-2])
    return LineSizes(
      (sums + intercepts).inRowLayout(shapes.output), terms: 2 * extents + 2 + matrices,
      intercepts: shapes.output.count)
  }
}

extension MaxPoolRelaxation {
  /// The factors of all positions times what is there, and the intercept.
  func sizes(over inputs: [T]) -> LineSizes<T> {
    let (input, output) = (shapes.inputs[0], shapes.output)
    let examples = inputs[0].shape[0]
    let x = inputs[0]
      .reshaped([examples, input[0] * input[1], input.dropping(2).count])
    var sum: T?
    for (tap, lines) in zip(taps, lines) {
      let part = lines.sizes(
        over: x.gathered(tap, axis: 2).reshaped([examples, output.count]))
      sum = sum.map { $0 + part } ?? part
    }
    guard let sum else { preconditionFailure("A pooling window has no elements") }
    return LineSizes(
      sum.reshaped(Shape([examples] + output.dimensions)).inRowLayout(output),
      terms: 2 * taps.count + 2, intercepts: output.count)
  }
}

extension LogSumExpRelaxation {
  /// The slopes of a group times its elements, and the intercept.
  func sizes(over inputs: [T]) -> LineSizes<T> {
    let examples = inputs[0].shape[0]
    let layout = self.layout(examples)
    let x = layout.grouped(inputs[0]).reshaped([examples, shapes.output.count, layout.size])
    let steepest = lowerSlopes.magnitude().maximum(upperSlopes.magnitude())
    let sums = (steepest * x).reduced(.sum, axis: 2).reshaped([examples, shapes.output.count])
    let intercepts = lowerIntercepts.magnitude().maximum(upperIntercepts.magnitude())
    let target = Shape([examples] + shapes.output.dimensions)
    return LineSizes(
      GroupLayout(target, axis: axis + 1).ungrouped(sums + intercepts)
        .inRowLayout(shapes.output), terms: layout.size + 4, intercepts: shapes.output.count)
  }
}

extension SoftmaxRelaxation {
  /// The slopes of each output times the group's elements, and the intercept.
  func sizes(over inputs: [T]) -> LineSizes<T> {
    let layout = GroupLayout(inputs[0].shape, axis: axis + 1)
    let examples = inputs[0].shape[0]
    let groups = layout.count / max(1, examples)
    let column = layout.grouped(inputs[0]).reshaped([examples, groups, layout.size, 1])
    let steepest = lowerSlopes.magnitude().maximum(upperSlopes.magnitude())
    let sums = steepest.product(column).reshaped([examples, groups, layout.size])
    let intercepts = lowerIntercepts.magnitude().maximum(upperIntercepts.magnitude())
    return LineSizes(
      layout.ungrouped((sums + intercepts).reshaped([layout.count, layout.size]))
        .inRowLayout(shape), terms: 2 * layout.size + 4, intercepts: shape.count)
  }
}

extension RectifiedDifference {
  /// Nothing is multiplied; coefficients are added up where an input is broadcast.
  func sizes(over inputs: [T]) -> LineSizes<T> {
    let parts = inputs.dropFirst().map { $0.broadcast(toOutput: shapes.output) }
    return LineSizes(
      (parts[0] + parts[1]).inRowLayout(shapes.output),
      terms: 1 + shapes.mostRepeats)
  }
}

extension TakenMaximum {
  /// Factors are 0 and 1, so that what is not taken does not count; coefficients are added up where an input is broadcast.
  func sizes(over inputs: [T]) -> LineSizes<T> {
    let parts = zip(inputs, lines).map { input, lines in
      lines.sizes(over: input.broadcast(toOutput: shapes.output).inRowLayout(shapes.output))
    }
    return LineSizes(parts[0] + parts[1] + parts[2], terms: 3 + shapes.mostRepeats)
  }
}

extension ConstantRelaxation {
  /// The ends themselves.
  func sizes(over inputs: [T]) -> LineSizes<T> {
    LineSizes(
      lines.upperIntercept.magnitude()
        .maximum(lines.lowerIntercept?.magnitude() ?? T.full(0, [1])))
  }
}

extension TensorAlgebra {
  /// Values of an input, `[examples] + shape`, repeated to the output of an operation that broadcasts it.
  func broadcast(toOutput output: Shape) -> Self {
    let ones = [Int](repeating: 1, count: output.rank + 1 - shape.rank)
    return reshaped(Shape([shape[0]] + ones + shape.dropping(1).dimensions))
      .broadcast(to: Shape([shape[0]] + output.dimensions))
  }
}

extension NodeShapes {
  /// How many elements of the output an element of an input is repeated in, at most.
  fileprivate var mostRepeats: Int {
    inputs.map { output.count / max(1, $0.count) }.reduce(1, max)
  }
}
