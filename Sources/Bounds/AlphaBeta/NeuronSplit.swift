import Networks
import Tensors

/// The side of a point on which a sub-problem assumes an activation's input to be.
public struct NeuronSplit: Hashable, Sendable {
  /// The node that the activation reads.
  public var node: Int32
  /// The element of it, flattened row-major.
  public var element: Int32
  /// Whether the element is taken to be at least the point; at most the point otherwise.
  public var isPositive: Bool
  /// The point: 0, where a piecewise linear activation bends, or any other where a curve is cut in two.
  public var point: Float

  /// Creates a split.
  public init(node: Int32, element: Int32, isPositive: Bool, point: Float = 0) {
    self.node = node
    self.element = element
    self.isPositive = isPositive
    self.point = point
  }

  /// The same element on the other side.
  public var opposite: NeuronSplit {
    NeuronSplit(node: node, element: element, isPositive: !isPositive, point: point)
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
  public func element<T: BackwardAlgebra>(atRowPlace place: Int, as: T.Type) -> Int {
    guard T.usesWindows, let image else { return place }
    let pixels = image.height * image.width
    return place % image.channels * pixels + place / image.channels
  }
}
