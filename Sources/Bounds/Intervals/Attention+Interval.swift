import Networks
import Tensors

extension Attention: IntervalPropagating {
  /// The intervals of the products and softmaxes that attention stands for, one after the other.
  ///
  /// Bounds of certificates see these as nodes of their own (`Network.expandingAttention`); training differentiates through this.
  ///
  /// - Soundness: Each step's interval contains its value for every choice from the one before, with the rounding that the steps account
  ///   for; that of the product with the scale is accounted for where the number system does so.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let shape = inputs[0].lower.shape
    let (tokens, width) = (shape[-2], shape[-1])
    let inHeads: Shape = [
      shape.count / max(1, tokens * width), tokens, form.heads, width / form.heads,
    ]
    /// An input's features by head.
    ///
    /// - Soundness: Exact: elements only move.
    func part(_ index: Int, _ permutation: [Int]) -> Interval<T> {
      inputs[index].moved { $0.reshaped(inHeads).transposed(permutation) }
    }
    let (similarities, factor) =
      form.logits == .distances
      ? (squares(part(0, [0, 2, 1, 3]), part(1, [0, 2, 1, 3]), parameters), -form.scale)
      : (
        MatrixProduct().interval([part(0, [0, 2, 1, 3]), part(1, [0, 2, 3, 1])], parameters),
        form.scale
      )
    var logits = similarities.map { $0 * factor }
    if factor < 0 { logits = Interval(lower: logits.upper, upper: logits.lower) }
    logits = logits.movedOutward(terms: 1)
    if let mask = form.mask(tokens: tokens) {
      let hidden = T(mask)
      // What is hidden is hidden whatever its logit.
      logits = logits.map { $0 + hidden }.movedOutward(terms: 1)
    }
    let weights = Softmax(axis: 2).interval([logits], parameters)
    let mixed = MatrixProduct().interval([weights, part(2, [0, 2, 1, 3])], parameters)
    return mixed.moved { $0.transposed([0, 2, 1, 3]).reshaped(shape) }
  }

  /// The squares of the distances of all queries and keys, `[examples, heads, tokens, tokens]`.
  ///
  /// - Soundness: Differences, squares and sums one after the other; a sum's rounding is charged, as no square is negative.
  private func squares<T: TensorAlgebra>(
    _ queries: Interval<T>, _ keys: Interval<T>, _ parameters: Parameters<T>
  ) -> Interval<T> {
    let shape = queries.lower.shape
    let (examples, heads, tokens, width) = (shape[0], shape[1], shape[2], shape[3])
    let whole: Shape = [examples, heads, tokens, tokens, width]
    /// Tokens beside an axis along which they are repeated.
    ///
    /// - Soundness: Exact: elements are copied.
    func spread(_ x: Interval<T>, _ shape: Shape) -> Interval<T> {
      x.applied.moved { $0.reshaped(shape).broadcast(to: whole) }
    }
    let differences = Add(isDifference: true).interval(
      [
        spread(queries, [examples, heads, tokens, 1, width]),
        spread(keys, [examples, heads, 1, tokens, width]),
      ], parameters)
    let squares = Power(exponent: 2).interval([differences], parameters)
    return Reduce(axes: [3], keepingAxes: false, isMean: false)
      .interval([squares], parameters).movedOutward(terms: width + 2)
  }
}
