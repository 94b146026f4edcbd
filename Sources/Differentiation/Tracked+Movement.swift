import Tensors

extension Tracked {
  public func reshaped(_ shape: Shape) -> Tracked {
    let own = self.shape
    return Tracked(base.reshaped(shape), [dependence { $0.reshaped(own) }])
  }

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

  public func broadcast(to shape: Shape) -> Tracked {
    let own = self.shape
    return Tracked(base.broadcast(to: shape), [dependence { $0.summed(to: own) }])
  }

  public func gathered(_ indices: [Int32], axis: Int) -> Tracked {
    let extent = shape[axis]
    return Tracked(
      base.gathered(indices, axis: axis),
      [dependence { $0.scattered(indices, axis: axis, extent: extent) }])
  }

  public func scattered(_ indices: [Int32], axis: Int, extent: Int) -> Tracked {
    Tracked(
      base.scattered(indices, axis: axis, extent: extent),
      [dependence { $0.gathered(indices, axis: axis) }])
  }

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
