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
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    guard inputs.count == 3 else {
      return ConstantRelaxation(interval(inputs, parameters), shapes)
    }
    return RectifiedDifference(isMinimum: isMinimum, shapes: shapes)
  }

  /// None: the relaxation reads no interval.
  public func worthBounding(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] { [] }
}

/// A maximum or minimum as the sum of one input and of the rectified difference.
struct RectifiedDifference<T: BackwardAlgebra>: ForwardRelaxation {
  var isMinimum: Bool
  var shapes: NodeShapes

  /// Whether no input is broadcast.
  var isElementwise: Bool { shapes.inputs.allSatisfy { $0 == shapes.output } }

  func backward(_ rows: RowBlock<T>, owners: [Int32]) -> (inputs: [RowBlock<T>], constant: T) {
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

  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], owners: [Int32]) -> T? {
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

extension Add {
  /// The sum or difference of two batches, which no parameters enter.
  fileprivate func sum<T: TensorAlgebra>(_ parts: [T]) -> T {
    linear(parts, Parameters<T>([]), magnitude: false)
  }
}

/// Two constants that enclose every element.
struct ConstantRelaxation<T: BackwardAlgebra>: Relaxation {
  /// The intervals' ends as lines of slope 0, in the layout of rows.
  private var lines: Lines<T>
  private var shapes: NodeShapes

  init(_ interval: Interval<T>, _ shapes: NodeShapes) {
    let none = T.full(0, interval.lower.shape)
    lines = Lines(
      lowerSlope: none, lowerIntercept: interval.lower, upperSlope: none,
      upperIntercept: interval.upper
    ).inRowLayout(shapes.output)
    self.shapes = shapes
  }

  func backward(_ rows: RowBlock<T>, owners: [Int32]) -> (inputs: [RowBlock<T>], constant: T) {
    let (_, constant) = T.relaxed(rows, lines, owners: owners)
    return (
      shapes.inputs.map { T.rows(T.full(0, Shape([rows.count] + $0.dimensions)), $0) }, constant
    )
  }
}
