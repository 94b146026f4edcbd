import Networks
import Tensors

extension Multiply: IntervalPropagating {
  /// The smallest and the largest of the four products of ends.
  ///
  /// - Soundness: A product is linear in each factor, so its extremes are at ends of both; its rounding is accounted for where the
  ///   number system does so.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let (a, c) = [inputs[0].lower, inputs[1].lower].alignedRanks()
    let (b, d) = [inputs[0].upper, inputs[1].upper].alignedRanks()
    let products = Interval(lower: a, upper: b).products(Interval(lower: c, upper: d))
    guard T.chargesRounding else { return products }
    let wider = products.movedOutward(by: products.sizes, terms: 1)
    // A product of numbers that are not negative is none either, however small: a root may follow.
    let mayFall = [a, c].map { $0.combined(.less, T.full(0, [1])) }
    return Interval(
      lower: wider.lower.positivePart()
        + wider.lower.negativePart() * mayFall[0].maximum(mayFall[1]),
      upper: wider.upper)
  }
}

extension MatrixProduct: IntervalPropagating {
  /// How many products of elements an example may have for each to be bounded exactly.
  private static var exactLimit: Int { 1 << 20 }

  /// Sums of exact interval products for small matrices, of products in middle and radius form for others.
  ///
  /// With middles `c` and radii `r` the product lies within `|cx| ry + rx |cy| + rx ry` of `cx cy`.
  ///
  /// - Soundness: Contains the product of every two matrices from the intervals; the rounding of its sums is accounted for where
  ///   the number system does so.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let (xl, yl) = [inputs[0].lower, inputs[1].lower].alignedRanks()
    let (xu, yu) = [inputs[0].upper, inputs[1].upper].alignedRanks()
    let (x, y) = (Interval(lower: xl, upper: xu), Interval(lower: yl, upper: yu))
    let leads = Shape.broadcast(
      Shape(Array(xl.shape.dimensions.dropFirst().dropLast(2))),
      Shape(Array(yl.shape.dimensions.dropFirst().dropLast(2))))
    let products = (leads?.count ?? 1) * xl.shape[-2] * xl.shape[-1] * yl.shape[-1]
    guard products <= Self.exactLimit else {
      let (cx, rx, cy, ry) = (x.center, x.radius, y.center, y.radius)
      return Interval(
        center: cx.product(cy),
        radius: cx.magnitude().product(ry) + rx.product(cy.magnitude() + ry)
      ).movedOutward(by: x.sizes.product(y.sizes), terms: 3 * xl.shape[-1] + 16)
    }
    // As many examples at a time as the largest one may have products; whole batches where training lays examples side by side.
    let (count, step) = (xl.shape[0], max(1, Self.exactLimit / max(1, products)))
    let parts = stride(from: 0, to: count, by: step).map { first in
      let part = first..<min(first + step, count)
      guard part.count < count else { return x.matrixProduct(y) }
      return x.map { $0.sliced(part, axis: 0) }.matrixProduct(
        y.map { $0.sliced(part, axis: 0) })
    }
    return Interval(
      lower: T.concatenated(parts.map(\.lower), axis: 0),
      upper: T.concatenated(parts.map(\.upper), axis: 0)
    ).movedOutward(by: x.sizes.product(y.sizes), terms: xl.shape[-1] + 1)
  }
}

extension MaxPool: IntervalPropagating, Nondecreasing {}

extension Interval {
  /// The interval of the products, element by element, broadcasting.
  fileprivate func products(_ other: Interval) -> Interval {
    let (a, b) = (lower * other.lower, lower * other.upper)
    let (c, d) = (upper * other.lower, upper * other.upper)
    return Interval(
      lower: a.minimum(b).minimum(c.minimum(d)), upper: a.maximum(b).maximum(c.maximum(d)))
  }

  /// The matrix product with every product of elements bounded alone.
  fileprivate func matrixProduct(_ other: Interval) -> Interval {
    let columns = map { $0.reshaped(Shape($0.shape.dimensions + [1])) }
    let rows = other.map {
      let lead = $0.shape.dimensions.dropLast(2)
      return $0.reshaped(Shape(lead + [1, $0.shape[-2], $0.shape[-1]]))
    }
    return columns.products(rows).map {
      $0.reduced(.sum, axes: [$0.shape.rank - 2], keepingAxes: false)
    }
  }
}
