import Networks
import Tensors

/// A sign that a sub-problem assumes of an activation's input.
public struct NeuronSplit: Hashable, Sendable {
  /// The node that the activation reads.
  public var node: Int32
  /// The element of it, flattened row-major.
  public var element: Int32
  /// Whether the element is taken to be at least 0; at most 0 otherwise.
  public var isPositive: Bool

  /// Creates a split.
  public init(node: Int32, element: Int32, isPositive: Bool) {
    self.node = node
    self.element = element
    self.isPositive = isPositive
  }

  /// The same element with the other sign.
  public var opposite: NeuronSplit {
    NeuronSplit(node: node, element: element, isPositive: !isPositive)
  }
}

/// The multiplier of one row's split, which the row's bound is raised by.
///
/// Where an input `z` is known to have the sign `s`, the function `f - multiplier * s * z` is at most `f`, so a
/// lower bound of it over all inputs is a lower bound of `f` over those of that sign.
///
/// - Soundness: For every multiplier that is not negative.
struct SplitMultiplier<S: TensorScalar>: Sendable {
  /// The row of the chunk.
  var row: Int
  /// The place of the element in the row, in the layout of rows.
  var place: Int
  /// Which of the row's splits it is.
  var split: Int
  /// 1 for a positive input, -1 for a negative one.
  var sign: S
  /// Never negative.
  var value: S
  /// The size of steps, which follows that of the row's coefficients at the node.
  var unit: S?
  var first: S = 0
  var second: S = 0

  /// Raises the row's bound by one step of Adam, for the element's value at the minimizing input.
  mutating func ascend(_ element: S, rate: S, step: Int) {
    let gradient = -sign * element
    guard gradient.isFinite, let unit else { return }
    func power(_ base: S) -> S { (0..<step).reduce(1) { result, _ in result * base } }
    first = 0.9 * first + 0.1 * gradient
    second = 0.999 * second + 0.001 * gradient * gradient
    let mean = first / (1 - power(0.9))
    let size = (second / (1 - power(0.999))).squareRoot() + 1e-8
    value = max(0, value + rate * unit * mean / size)
  }
}

extension RowBlock {
  /// Subtracts from each row its multipliers times the signs, at the elements that were split.
  ///
  /// Rows that are not whole are left as they are, which only forgoes what the signs would tell.
  ///
  /// - Parameter size: The elements of the node.
  mutating func subtract<S>(
    _ multipliers: inout [SplitMultiplier<S>], size: Int
  ) where T == Tensor<S> {
    guard !multipliers.isEmpty, placement?.isWhole ?? true, values.count == count * size else {
      return
    }
    values.withMutableElements { values in
      for index in multipliers.indices {
        let row = multipliers[index].row
        let place = row * size + multipliers[index].place
        if multipliers[index].unit == nil {
          let range = row * size..<(row + 1) * size
          let sum = values[range].reduce(S.zero) { $0 + $1.magnitude }
          let used = values[range].reduce(S.zero) { $1 == 0 ? $0 : $0 + 1 }
          multipliers[index].unit = max(values[place].magnitude, sum / max(1, used))
        }
        values[place] -= multipliers[index].value * multipliers[index].sign
      }
    }
  }
}

extension Shape {
  /// The place in a row of a node, whole, of an element that is numbered row-major.
  func rowPlace<T: BackwardAlgebra>(of element: Int, as: T.Type) -> Int {
    guard T.usesWindows, let image else { return element }
    let pixels = image.height * image.width
    return element % pixels * image.channels + element / pixels
  }

  /// The opposite of `rowPlace`.
  func element<T: BackwardAlgebra>(atRowPlace place: Int, as: T.Type) -> Int {
    guard T.usesWindows, let image else { return place }
    let pixels = image.height * image.width
    return place % image.channels * pixels + place / image.channels
  }
}
