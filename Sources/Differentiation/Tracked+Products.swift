import Tensors

extension Tracked {
  /// The product of matrices, `[..., m, k]` and `[..., k, n]` after transposing, broadcast over leading axes.
  public func product(
    _ other: Tracked, transposingLeft: Bool, transposingRight: Bool
  ) -> Tracked {
    let (a, b) = (base, other.base)
    let result = a.product(b, transposingLeft: transposingLeft, transposingRight: transposingRight)
    // With one right-hand matrix all leading axes of the left are rows of one product, as they are forward.
    let isOneProduct = !transposingLeft && b.shape.dimensions.dropLast(2).allSatisfy { $0 == 1 }
    let (aShape, bShape) = (a.shape, b.shape)
    return Tracked(
      result,
      [
        dependence { gradient in
          let full =
            transposingLeft
            ? b.product(gradient, transposingLeft: transposingRight, transposingRight: true)
            : gradient.product(b, transposingLeft: false, transposingRight: !transposingRight)
          return full.summed(to: aShape)
        },
        other.dependence { gradient in
          let (x, g) = isOneProduct ? (a.asMatrix(), gradient.asMatrix()) : (a, gradient)
          let full =
            transposingRight
            ? g.product(x, transposingLeft: true, transposingRight: transposingLeft)
            : x.product(g, transposingLeft: !transposingLeft, transposingRight: false)
          return isOneProduct ? full.reshaped(bShape) : full.summed(to: bShape)
        },
      ])
  }
}

extension TensorAlgebra {
  /// All axes but the last as one.
  fileprivate func asMatrix() -> Self {
    reshaped([shape.dimensions.dropLast().reduce(1, *), shape[-1]])
  }
}
