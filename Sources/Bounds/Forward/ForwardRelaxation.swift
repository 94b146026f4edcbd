import Networks
import Tensors

/// A relaxation that linear functions of the input pass through forward by steps of its own.
///
/// Any other relaxation is taken apart into the rows of its planes, which is slower.
protocol ForwardRelaxation<T>: Relaxation {
  /// Functions that enclose the output, from functions that enclose the inputs.
  func propagated(_ inputs: [LinearForms<T>], _ shapes: NodeShapes) -> LinearForms<T>
}

extension ElementwiseRelaxation: ForwardRelaxation {
  func propagated(_ inputs: [LinearForms<T>], _ shapes: NodeShapes) -> LinearForms<T> {
    inputs[0].through(lines.inValueLayout(shapes.output))
  }
}

extension ProductRelaxation: ForwardRelaxation {
  func propagated(_ inputs: [LinearForms<T>], _ shapes: NodeShapes) -> LinearForms<T> {
    let forms = inputs.map { input in
      input.moved { values in
        let shape = values.shape.dropping(1)
        let ones = [Int](repeating: 1, count: shapes.output.rank - shape.rank)
        return values.reshaped(Shape([values.shape[0]] + ones + shape.dimensions))
          .broadcast(to: Shape([values.shape[0]] + shapes.output.dimensions))
      }
    }
    return forms[0].through(x.inValueLayout(shapes.output))
      + forms[1].through(y.inValueLayout(shapes.output))
  }
}

extension MaxPoolRelaxation: ForwardRelaxation {
  func propagated(_ inputs: [LinearForms<T>], _ shapes: NodeShapes) -> LinearForms<T> {
    let (input, output) = (shapes.inputs[0], shapes.output)
    let parts = zip(taps, lines).map { tap, lines in
      inputs[0].moved { values in
        values.reshaped([values.shape[0], input[0] * input[1], input.dropping(2).count])
          .gathered(tap, axis: 2).reshaped([values.shape[0], output.count])
      }.through(lines)
    }
    return parts.dropFirst().reduce(parts[0], +).moved { values in
      values.reshaped(Shape([values.shape[0]] + output.dimensions))
    }
  }
}

extension Relaxation {
  /// Functions that enclose the output, from the rows of the relaxation's planes.
  func propagatedByRows(_ inputs: [LinearForms<T>], _ shapes: NodeShapes) -> LinearForms<T> {
    let size = shapes.output.count
    let width = shapes.inputs.map(\.count).reduce(size, +)
    let step = max(1, min(size, (1 << 22) / max(1, width)))
    var examples: [LinearForms<T>] = []
    for example in 0..<inputs[0].examples {
      let own = inputs.map { $0.flattened(example: example) }
      var parts: [LinearForms<T>] = []
      for start in stride(from: 0, to: size, by: step) {
        let range = start..<min(size, start + step)
        parts.append(planes(of: range, example, own, shapes))
      }
      examples.append(LinearForms.joined(parts, axis: 1))
    }
    return LinearForms.joined(examples, axis: 0).moved { values in
      values.reshaped(Shape([values.shape[0]] + shapes.output.dimensions))
    }
  }

  private func planes(
    of range: Range<Int>, _ example: Int, _ inputs: [LinearForms<T>], _ shapes: NodeShapes
  ) -> LinearForms<T> {
    var identity = Tensor<Double>(repeating: 0, [range.count, shapes.output.count])
    for row in 0..<range.count { identity[row, range.lowerBound + row] = 1 }
    let target = Shape([range.count] + shapes.output.dimensions)
    let unit = T(identity).reshaped(target)
    let exampleOfRow = [Int32](repeating: Int32(example), count: range.count)
    let below = backward(T.rows(unit, shapes.output), exampleOfRow: exampleOfRow)
    let above = backward(T.rows(-unit, shapes.output), exampleOfRow: exampleOfRow)
    var sum: LinearForms<T>?
    for (i, input) in inputs.enumerated() {
      let shape = shapes.inputs[i]
      let low = T.dense(below.inputs[i], shape).reshaped([range.count, shape.count])
      let high = -T.dense(above.inputs[i], shape).reshaped([range.count, shape.count])
      let part = input.through(rows: low, high)
      sum = sum.map { $0 + part } ?? part
    }
    guard let sum else { preconditionFailure("A relaxation has no inputs") }
    // The upper planes were passed negated.
    let (low, high) = (below.constant, -above.constant)
    return LinearForms(
      middle: sum.middle, spread: sum.spread,
      constant: sum.constant + ((low + high) * 0.5).reshaped([1, range.count]),
      constantSpread: ((high - low) * 0.5).reshaped([1, range.count])
        + (sum.constantSpread ?? sum.constant * 0))
  }
}

extension LinearForms {
  /// The functions of one example, flattened.
  fileprivate func flattened(example: Int) -> LinearForms {
    let (n, size) = (inputs, shape.count)
    func part(_ x: T) -> T {
      x.sliced(example * n..<(example + 1) * n, axis: 0).reshaped([n, size])
    }
    func one(_ x: T) -> T { x.sliced(example..<example + 1, axis: 0).reshaped([1, size]) }
    return LinearForms(
      middle: part(middle), spread: spread.map(part), constant: one(constant),
      constantSpread: constantSpread.map(one))
  }

  /// The functions that rows of coefficients make of these, `[rows, elements]` below and above.
  fileprivate func through(rows low: T, _ high: T) -> LinearForms {
    let (mean, gap) = ((low + high) * 0.5, (high - low) * 0.5)
    let (a, b) = (low.magnitude(), high.magnitude())
    let (meanSize, gapSize) = ((a + b) * 0.5, (b - a) * 0.5)
    func times(_ x: T, _ rows: T, _ y: T?, _ other: T) -> T {
      let first = x.product(rows, transposingLeft: false, transposingRight: true)
      return y.map {
        first + $0.product(other, transposingLeft: false, transposingRight: true)
      } ?? first
    }
    return LinearForms(
      middle: times(middle, mean, spread, gapSize), spread: times(middle, gap, spread, meanSize),
      constant: times(constant, mean, constantSpread, gapSize),
      constantSpread: times(constant, gap, constantSpread, meanSize))
  }

  /// Functions of several parts along an axis; none of them exact.
  fileprivate static func joined(_ parts: [LinearForms], axis: Int) -> LinearForms {
    func join(_ values: [T?]) -> T? {
      let known = values.compactMap { $0 }
      return known.count == values.count ? T.concatenated(known, axis: axis) : nil
    }
    return LinearForms(
      middle: T.concatenated(parts.map(\.middle), axis: axis), spread: join(parts.map(\.spread)),
      constant: T.concatenated(parts.map(\.constant), axis: axis),
      constantSpread: join(parts.map(\.constantSpread)))
  }
}

extension Lines where T: BackwardAlgebra {
  /// Lines in the layout of rows brought back to the layout of values, `[examples] + shape`.
  func inValueLayout(_ shape: Shape) -> Lines {
    func back(_ x: T) -> T {
      guard T.usesWindows, let image = shape.image else { return x }
      return x.reshaped([x.shape[0], image.height, image.width, image.channels])
        .transposed([0, 3, 1, 2]).reshaped(Shape([x.shape[0]] + shape.dimensions))
    }
    return Lines(
      lowerSlope: back(lowerSlope), lowerIntercept: lowerIntercept.map(back),
      upperSlope: back(upperSlope), upperIntercept: back(upperIntercept))
  }
}
