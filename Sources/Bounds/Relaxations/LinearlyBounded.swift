import Networks
import Tensors

/// An operation that rows of the backward pass go through exactly, because it is affine.
public protocol AffinelyPropagating: AffineOperation {
  /// Passes rows of the output's shape back to the inputs.
  ///
  /// - Returns: Rows for each input, and what the offset adds to each row's constant.
  /// - Soundness: Exact: the new function equals the old one, up to rounding.
  func backward<T: BackwardAlgebra>(
    _ rows: RowBlock<T>, _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> (inputs: [RowBlock<T>], constant: T?)
}

/// The shapes around a node, for one example.
public struct NodeShapes: Sendable {
  /// The shapes of the inputs.
  public var inputs: [Shape]
  /// The shape of the output.
  public var output: Shape

  /// Creates the shapes of a node of a network.
  public init(_ network: Network, _ node: Int) {
    inputs = network.inputShapes(of: node)
    output = network.nodes[node].shape
  }
}

extension AffinelyPropagating {
  /// The transposed map on dense rows.
  @_specialize(kind:partial,where T == Tensor<Float>)
  @_specialize(kind:partial,where T == Tensor<Double>)
  public func backward<T: BackwardAlgebra>(
    _ rows: RowBlock<T>, _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> (inputs: [RowBlock<T>], constant: T?) {
    let dense = T.dense(rows, shapes.output)
    let inputs = adjoint(dense, inputs: shapes.inputs, parameters)
    let constant: T? = offset(parameters).map { (dense * $0).rowSums() }
    return (zip(inputs, shapes.inputs).map { T.rows($0, $1) }, constant)
  }
}

/// An operation that can be enclosed between linear functions of its inputs.
public protocol LinearlyBounded: Operation {
  /// Linear functions that enclose the operation over intervals of its inputs, each `[examples] + shape` of its node.
  ///
  /// - Soundness: The functions are below and above the operation for every choice of inputs from the intervals, as far as
  ///   rounding is accounted for where the conformance says.
  func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T>
  /// The elements of an input whose interval a linear bound should tighten, given what is known of it;
  /// the others would gain nothing.
  ///
  /// - Parameters:
  ///   - lower: The lower ends of one example's input.
  ///   - upper: The upper ends.
  func unstableElements(lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>)
    -> [Int32]
  /// Whether the relaxation is computed by the arithmetic of the number system, so that bounds can be
  /// differentiated through it.
  ///
  /// An operation that looks at elements one by one says no: its lines are constants to a gradient.
  var relaxationCarriesGradient: Bool { get }
}

extension LinearlyBounded {
  /// No, unless an operation knows better.
  public var relaxationCarriesGradient: Bool { false }

  /// Every element that is not a point.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { lower[$0] < upper[$0] }.map(Int32.init)
  }
}

/// Linear functions that enclose a nonlinear operation over a region, for every example of a batch.
///
/// - Soundness: `backward` returns a function of the inputs that is at most the rows' function of the
///   output, wherever the inputs lie in the intervals that the relaxation was made for.
public protocol Relaxation<T>: Sendable {
  associatedtype T: BackwardAlgebra
  /// Passes rows of the output back to the inputs.
  ///
  /// - Parameter exampleOfRow: The example of each row.
  /// - Soundness: The new function is at most the old one wherever the inputs lie in the intervals of the row's example, up to
  ///   the rounding of its coefficients and constants.
  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  /// The sizes of the numbers that meet where rows go through the functions.
  ///
  /// - Parameter inputs: For each input the largest sizes of its elements, `[examples] + shape`.
  /// - Soundness: At least the sizes of what `backward` adds up for a coefficient of 1 or -1, with the inputs' elements of any value
  ///   up to their sizes.
  func sizes(over inputs: [T]) -> LineSizes<T>
  /// Carries values of the inputs forward through the functions that `backward` chose for the rows.
  ///
  /// - Returns: Values of the output, laid out as the rows are; nil where this is not known how to do, which
  ///   ends slope optimisation but harms no bound.
  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T?
  /// What the functions are estimated to cost a row because of the room that each element of the inputs has.
  ///
  /// - Parameters:
  ///   - coefficients: The row at the output, `[1] + shape`.
  ///   - inputs: The intervals of the row's example, `[1] + shape` each.
  /// - Returns: For each input the costs of its elements, `[1] + shape`; nothing where cutting them is of no use.
  func costs(of coefficients: T, over inputs: [Interval<T>], owner: Int) -> [T]
}

extension Relaxation {
  /// Nothing: a search does not cut the inputs of this relaxation.
  public func costs(of coefficients: T, over inputs: [Interval<T>], owner: Int) -> [T] { [] }

  /// Nothing: slopes of networks with this relaxation keep their first values.
  public func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    nil
  }
}

/// A relaxation of an elementwise operation by two lines for each element.
public struct ElementwiseRelaxation<T: BackwardAlgebra>: Relaxation {
  /// The lines, in the layout of rows.
  public var lines: Lines<T>
  /// The lower slopes that are sound where the upper intercept is positive, if they may be chosen.
  public var slopeRange: ClosedRange<Double>?
  /// The curve that the lines enclose, if lines of other slopes can be made for it.
  var curve: Curve<T>?
  /// The shape of the node, for one example.
  let shape: Shape

  /// Creates a relaxation from lines in the layout of the node's values, `[examples] + shape`.
  ///
  /// - Parameter slopeRange: Given, when any lower slope of the range through the same lower intercept is
  ///   sound for every element whose upper intercept is positive.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public init(_ lines: Lines<T>, _ shape: Shape, slopeRange: ClosedRange<Double>? = nil) {
    self.slopeRange = slopeRange
    self.shape = shape
    self.lines = Lines(
      lowerSlope: lines.lowerSlope.inRowLayout(shape),
      lowerIntercept: lines.lowerIntercept?.inRowLayout(shape),
      upperSlope: lines.upperSlope.inRowLayout(shape),
      upperIntercept: lines.upperIntercept.inRowLayout(shape))
  }

  /// Replaces each element by its lower line where a row's coefficient is positive, by its upper line elsewhere.
  ///
  /// - Soundness: As the protocol states, while the lines enclose the operation.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (
    inputs: [RowBlock<T>], constant: T
  ) {
    let (result, constant) = T.relaxed(rows, lines, exampleOfRow: exampleOfRow)
    return ([result], constant)
  }

  /// The larger of both lines' sizes, and of any lower slope that may be chosen.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func sizes(over inputs: [T]) -> LineSizes<T> {
    var lines = lines
    if let slopeRange {
      let steepest = max(abs(slopeRange.lowerBound), abs(slopeRange.upperBound))
      lines.lowerSlope = lines.lowerSlope.magnitude().maximum(T.full(steepest, [1]))
    }
    return LineSizes(lines.sizes(over: inputs[0].inRowLayout(shape)))
  }
}
