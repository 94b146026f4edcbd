import Networks
import Tensors

extension Maximum: IntervalPropagating {
  /// The larger, or the smaller, of the ends.
  ///
  /// - Soundness: The result never falls when an input rises, so it lies between its values at the ends, without rounding of
  ///   its own.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    Interval(
      lower: evaluate(inputs.prefix(2).map(\.lower), parameters),
      upper: evaluate(inputs.prefix(2).map(\.upper), parameters))
  }
}

extension Choose: IntervalPropagating {
  /// The chosen one's interval, and the hull of both where the choice is not known.
  ///
  /// - Soundness: Contains the value that is chosen, for every condition that is 0 or 1 and lies in its interval up to a
  ///   rounding of less than a quarter; without rounding of its own.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let known = decisions(inputs[0])
    func ends(_ end: (Interval<T>) -> T, _ hull: (T, T) -> T) -> T {
      let (a, b) = [end(inputs[1]), end(inputs[2])].alignedRanks()
      func chosen(_ choice: T) -> T { evaluate([choice, a, b], parameters) }
      // Where the choice is known, both are the same.
      return hull(chosen(known.surelyFirst), chosen(known.maybeFirst))
    }
    return Interval(
      lower: ends(\.lower) { $0.minimum($1) }, upper: ends(\.upper) { $0.maximum($1) })
  }

  /// 1 where the first is sure to be chosen, and 1 where it may be.
  ///
  /// A condition is 0 or 1: an interval that does not come near 0 is 1, one that does not come near 1 is 0. Bounds of the
  /// condition may be off by their rounding, so that near means by a quarter; a search cuts it at one half.
  func decisions<T: TensorAlgebra>(_ choice: Interval<T>) -> (surelyFirst: T, maybeFirst: T) {
    let isSecond = choice.upper.combined(.less, T.full(0.75, [1]))
    return (
      T.full(0.25, [1]).combined(.less, choice.lower), isSecond.scaled(by: -1, adding: 1)
    )
  }
}

extension LogSumExp: IntervalPropagating {
  /// The values at the ends: the function rises in every input.
  ///
  /// - Soundness: Contains the value for every choice of inputs from their intervals; its rounding is accounted for where the
  ///   number system does so.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard !T.chargesRounding else { return outwardInterval(inputs[0]) }
    return Interval(
      lower: evaluate([inputs[0].lower], parameters),
      upper: evaluate([inputs[0].upper], parameters))
  }
}
