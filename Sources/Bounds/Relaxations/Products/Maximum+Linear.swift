import Networks
import Tensors

extension Maximum: LinearlyBounded {
  /// The sum `b + relu(a - b)`, or `b - relu(b - a)` for the smaller, as functions of `b` and of the rectified difference.
  ///
  /// The difference is a node of its own, so that what the two share cancels in its bounds. Without it (the network
  /// was not simplified) constants enclose the result.
  ///
  /// - Soundness: Exact in real arithmetic. Values and intervals do not go through the sum, which would lose the smaller
  ///   of two numbers of very different size.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    guard inputs.count == 3 else {
      return ConstantRelaxation(interval(inputs, parameters), shapes)
    }
    guard let taken = firstTaken(inputs, shapes) else {
      return RectifiedDifference(isMinimum: isMinimum, shapes: shapes)
    }
    return TakenMaximum(isFirst: taken, isMinimum: isMinimum, shapes: shapes)
  }

  /// 1 where the first input is sure to be taken, if it is somewhere so much nearer to 0 than the second that their
  /// difference says little about it; nil elsewhere.
  private func firstTaken<T: BackwardAlgebra>(_ inputs: [Interval<T>], _ shapes: NodeShapes) -> T? {
    let isFirst = T.full(0, [1]).combined(.less, inputs[2].lower)
    let sizes = inputs.prefix(2).map { $0.lower.magnitude().maximum($0.upper.magnitude()) }
    let (first, second) = sizes.alignedRanks()
    let isFar = (first * 1024).combined(.less, second) * isFirst
    let isAnywhere = isFar.values.withElements { $0.contains { $0 > 0 } }
    return isAnywhere ? isFirst : nil
  }

  /// None: the relaxation reads no interval.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] { [] }
}

/// A maximum or minimum as the sum of one input and of the rectified difference.
struct RectifiedDifference<T: BackwardAlgebra>: ForwardRelaxation {
  var isMinimum: Bool
  var shapes: NodeShapes

  /// Whether no input is broadcast.
  var isElementwise: Bool { shapes.inputs.allSatisfy { $0 == shapes.output } }

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    var gain = rows
    if isMinimum { gain.values = -rows.values }
    let second =
      shapes.inputs[1] == shapes.output
      ? rows
      : T.rows(T.dense(rows, shapes.output).unbroadcast(to: shapes.inputs[1]), shapes.inputs[1])
    var nothing = rows
    nothing.values = T.full(0, rows.values.shape)
    if shapes.inputs[0] != shapes.output {
      nothing = T.rows(
        T.full(0, Shape([rows.count] + shapes.inputs[0].dimensions)), shapes.inputs[0])
    }
    return ([nothing, second, gain], T.full(0, [rows.count]))
  }

  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    let parts = [T.dense(inputs[1], shapes.inputs[1]), T.dense(inputs[2], shapes.inputs[2])]
    let sum = Add(isDifference: isMinimum).sum(parts)
    return rows.chosen(below: sum, above: sum, shapes.output)
  }

  func propagated(_ inputs: [LinearForms<T>], _ shapes: NodeShapes) -> LinearForms<T> {
    LinearForms.mapping(
      [inputs[1], inputs[2]],
      { parts, magnitude in Add(isDifference: isMinimum && !magnitude).sum(parts) },
      affine: { Add(isDifference: isMinimum).sum($0) })
  }
}

/// A maximum or minimum of which some elements are sure to be the first input's, and the others a sum as above.
///
/// The rows of those elements come by no difference, in which they would be lost beside the second input.
struct TakenMaximum<T: BackwardAlgebra>: ForwardRelaxation {
  /// The factors of the three inputs, as lines through the origin in the layout of rows.
  let lines: [Lines<T>]
  let shapes: NodeShapes

  /// - Parameter isFirst: 1 where the first input is sure to be taken, `[examples] + output`.
  init(isFirst: T, isMinimum: Bool, shapes: NodeShapes) {
    self.shapes = shapes
    let rest = isFirst.scaled(by: -1, adding: 1)
    lines = [isFirst, rest, isMinimum ? -rest : rest].map { factor in
      Lines(
        lowerSlope: factor, lowerIntercept: nil, upperSlope: factor,
        upperIntercept: T.full(0, factor.shape)
      ).inRowLayout(shapes.output)
    }
  }

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    let inputs = zip(lines, shapes.inputs).map { lines, shape in
      let (part, _) = T.relaxed(rows, lines, exampleOfRow: exampleOfRow)
      return shape == shapes.output
        ? part : T.rows(T.dense(part, shapes.output).unbroadcast(to: shape), shape)
    }
    return (inputs, T.full(0, [rows.count]))
  }

  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    var sum: T?
    for (index, input) in inputs.enumerated() {
      let value = T.dense(input, shapes.inputs[index]).broadcast(toOutput: shapes.output)
      let factor = lines[index].inValueLayout(shapes.output).lowerSlope
      let part = value * factor.gathered(exampleOfRow, axis: 0)
      sum = sum.map { $0 + part } ?? part
    }
    return sum.flatMap { rows.chosen(below: $0, above: $0, shapes.output) }
  }

  func propagated(_ inputs: [LinearForms<T>], _ shapes: NodeShapes) -> LinearForms<T> {
    let parts = zip(inputs, lines).map { input, lines in
      input.moved { $0.broadcast(toOutput: shapes.output) }
        .through(lines.inValueLayout(shapes.output))
    }
    return parts.dropFirst().reduce(parts[0], +)
  }
}

extension Add {
  /// The sum or difference of two batches, which no parameters enter.
  fileprivate func sum<T: TensorAlgebra>(_ parts: [T]) -> T {
    linear(parts, Parameters<T>([]), magnitude: false)
  }
}

/// Two constants that enclose every element.
struct ConstantRelaxation<T: BackwardAlgebra>: Relaxation {
  /// The intervals' ends as lines of slope 0, in the layout of rows.
  let lines: Lines<T>
  private var shapes: NodeShapes

  init(_ interval: Interval<T>, _ shapes: NodeShapes) {
    let none = T.full(0, interval.lower.shape)
    lines = Lines(
      lowerSlope: none, lowerIntercept: interval.lower, upperSlope: none,
      upperIntercept: interval.upper
    ).inRowLayout(shapes.output)
    self.shapes = shapes
  }

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    let (_, constant) = T.relaxed(rows, lines, exampleOfRow: exampleOfRow)
    return (
      shapes.inputs.map { T.rows(T.full(0, Shape([rows.count] + $0.dimensions)), $0) }, constant
    )
  }
}
