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
