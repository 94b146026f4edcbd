import Tensors

extension Tracked {
  /// With `Y` the inverse of `X` and `G` the gradient by it, that by `X` is `-Y' G Y'`.
  public func inverse() -> Tracked {
    let result = base.inverse()
    return Tracked(
      result,
      [
        dependence { gradient in
          -result.product(gradient, transposingLeft: true, transposingRight: false)
            .product(result, transposingLeft: false, transposingRight: true)
        }
      ])
  }
}
