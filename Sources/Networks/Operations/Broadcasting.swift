import Tensors

extension Shape {
  func broadcast(with other: Shape) throws(ShapeMismatch) -> Shape {
    guard let shape = Shape.broadcast(self, other) else {
      throw ShapeMismatch("shape mismatch: \(self) against \(other)")
    }
    return shape
  }
}

extension Array where Element: TensorAlgebra {
  /// Two batches with examples of equal rank, so that broadcasting aligns the batch axes.
  public func alignedRanks() -> (Element, Element) {
    let rank = Swift.max(self[0].shape.rank, self[1].shape.rank)
    return (self[0].paddingExampleRank(to: rank), self[1].paddingExampleRank(to: rank))
  }
}

extension TensorAlgebra {
  /// The batch with axes of extent 1 put between the batch axis and the example.
  func paddingExampleRank(to rank: Int) -> Self {
    guard shape.rank < rank else { return self }
    let ones = [Int](repeating: 1, count: rank - shape.rank)
    return reshaped(Shape([shape[0]] + ones + shape.dropping(1).dimensions))
  }

  /// The batch with each example broadcast to the shape it has beside a constant.
  func broadcastExample(with constant: Shape) -> Self {
    let example = shape.dropping(1)
    guard let target = Shape.broadcast(example, constant), target != example else { return self }
    return paddingExampleRank(to: target.rank + 1).broadcast(
      to: Shape([shape[0]] + target.dimensions))
  }

  /// The transpose of broadcasting: sums rows over the axes that an example was repeated along.
  public func unbroadcast(to example: Shape) -> Self {
    let own = shape.dropping(1)
    guard own != example else { return self }
    let lead = own.rank - example.rank
    var result = self
    for axis in 0..<own.rank where axis < lead || (example[axis - lead] == 1 && own[axis] != 1) {
      result = result.reduced(.sum, axis: axis + 1)
    }
    return result.reshaped(Shape([shape[0]] + example.dimensions))
  }
}
