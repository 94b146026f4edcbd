import Networks
import Tensors

/// The sizes of the numbers that meet where rows go through the functions that enclose an operation.
public struct LineSizes<T: TensorAlgebra>: Sendable {
  /// For each element of the output the sum of the sizes of its slopes, each times the size of what it is applied to, and of its
  /// intercept; of whichever function has more. `[examples] + shape`, in the layout of rows.
  public var sizes: T
  /// The products of coefficients and slopes that a coefficient of an input may be the sum of.
  public var terms: Int
  /// The products of coefficients and intercepts that are added up; nil where the kernels of lines do it, whose sums are short.
  public var intercepts: Int?

  /// Creates the sizes of some lines.
  public init(_ sizes: T, terms: Int = 1, intercepts: Int? = nil) {
    (self.sizes, self.terms, self.intercepts) = (sizes, terms, intercepts)
  }
}

extension LineSizes {
  /// What rows pay that go through the functions.
  ///
  /// With slopes `s`, intercepts `t` and the computed `b = fl(sum a s)`, `c = fl(sum a t)`, wherever the functions are applied to `x`:
  ///
  ///     sum a (s x + t) >= b x + c - gamma |a| (|s| |x| + |t|)
  ///
  /// - Parameters:
  ///   - shape: The shape of the output.
  ///   - inputs: The shapes of the inputs.
  ///   - readers: How many times the input that is read most is read: as many coefficients meet there.
  ///   - largest: The largest size that an input has.
  /// - Soundness: At least what the roundings of the step cost, of sums in any order.
  func price(_ shape: Shape, inputs: [Shape], readers: Int, largest: Double) -> RowPrice<T> {
    let rounding = UnitRoundoff(of: T.self)
    let elements = inputs.reduce(0) { $0 + $1.count }
    let added = intercepts ?? shape.rowTerms
    return RowPrice(
      sizes: sizes,
      scale: rounding.price(terms: max(terms + readers + 4, added + 4), summedOver: shape),
      floor: rounding.floor(
        terms: (terms + readers) * elements + shape.count, largest: largest))
  }
}

extension BoundState {
  /// Sets what rows pay that go through the functions which enclose a node.
  ///
  /// A ReLU's are paid where it reads and where it is read, in fewer steps (`setPrice(of:)`).
  mutating func setLinePrice(of id: Int) {
    guard T.chargesRounding, meetsRows[id], !(network.nodes[id].operation is ReLU),
      let relaxation = pass.relaxations[id]
    else { return }
    let node = network.nodes[id]
    let sizes = inputIntervals(of: id).map(\.magnitude)
    let largest = sizes.reduce(0) {
      max($0, T.largestSizes(lower: $1, upper: $1).values.scalars.max() ?? 0)
    }
    let price = relaxation.sizes(over: sizes).price(
      node.shape, inputs: network.inputShapes(of: id),
      readers: node.inputs.map { plan.readers[$0] }.max() ?? 1, largest: largest)
    let isCurve = (relaxation as? ElementwiseRelaxation<T>)?.curve != nil
    pass.lineCosts[id] = LineCosts(
      price: price, curveInput: isCurve ? sizes[0].inRowLayout(node.shape) : nil)
  }
}

/// What the lines of a node cost rows.
struct LineCosts<T: BackwardAlgebra>: Sendable {
  /// With the lines of the relaxation.
  var price: RowPrice<T>
  /// The sizes of what a curve reads, in the layout of rows, where rows may have lines of their own.
  var curveInput: T?

  /// What rows pay that take some lines.
  ///
  /// - Parameter own: The lines; nil for the relaxation's.
  /// - Returns: The price, and which of its sizes each row has.
  func price(
    of own: ChosenLines<T>?, exampleOfRow: [Int32]
  ) -> (price: RowPrice<T>, owner: [Int32]) {
    guard let own, own.areRowsOwn, let curveInput else { return (price, exampleOfRow) }
    let sizes = own.lines.sizes(
      over: curveInput.gathered(exampleOfRow, axis: 0).reshaped(own.lines.upperSlope.shape))
    return (RowPrice(sizes: sizes, scale: price.scale, floor: price.floor), own.exampleOfRow)
  }
}

extension Lines where T: BackwardAlgebra {
  /// The larger of both lines' sizes over elements of some sizes, in the layout of the lines.
  func sizes(over x: T) -> T {
    let slopes = lowerSlope.magnitude().maximum(upperSlope.magnitude())
    let above = upperIntercept.magnitude()
    return slopes * x + (lowerIntercept.map { above.maximum($0.magnitude()) } ?? above)
  }
}
