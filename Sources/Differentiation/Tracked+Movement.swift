import Tensors

extension Tracked {
  /// The same elements in another shape; so is the gradient, back.
  public func reshaped(_ shape: Shape) -> Tracked {
    let own = self.shape
    return Tracked(base.reshaped(shape), [dependence { $0.reshaped(own) }])
  }

  /// The axes in another order; the gradient takes the inverse one.
  public func transposed(_ permutation: [Int]) -> Tracked {
    Tracked(
      base.transposed(permutation),
      [
        dependence { gradient in
          var inverse = permutation
          for (axis, from) in permutation.enumerated() { inverse[from] = axis }
          return gradient.transposed(inverse)
        }
      ])
  }

  /// The elements repeated to a shape; the gradient is summed over the repetitions.
  public func broadcast(to shape: Shape) -> Tracked {
    let own = self.shape
    return Tracked(base.broadcast(to: shape), [dependence { $0.summed(to: own) }])
  }

  /// The slices at indices of an axis; the gradient adds up where an index is there twice.
  public func gathered(_ indices: [Int32], axis: Int) -> Tracked {
    let extent = shape[axis]
    return Tracked(
      base.gathered(indices, axis: axis),
      [dependence { $0.scattered(indices, axis: axis, extent: extent) }])
  }

  /// The slices added up at indices of an axis of an extent; the transpose of `gathered`.
  public func scattered(_ indices: [Int32], axis: Int, extent: Int) -> Tracked {
    Tracked(
      base.scattered(indices, axis: axis, extent: extent),
      [dependence { $0.gathered(indices, axis: axis) }])
  }

  /// The parts one after another along an axis; each gets its part of the gradient.
  public static func concatenated(_ parts: [Tracked], axis: Int) -> Tracked {
    var dependences: [Dependence<Base>?] = []
    var start = 0
    for part in parts {
      let range = start..<start + part.shape[axis]
      dependences.append(part.dependence { $0.sliced(range, axis: axis) })
      start = range.upperBound
    }
    return Tracked(.concatenated(parts.map(\.base), axis: axis), dependences)
  }
}
