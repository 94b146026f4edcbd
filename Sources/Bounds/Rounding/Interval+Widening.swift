import Tensors

extension Interval {
  /// The interval in double, wider on both sides by a part of its own ends and of the node's largest, and by an
  /// amount.
  ///
  /// - Soundness: It contains whatever the interval would contain if its ends were off by no more than that.
  public func widened<S>(
    by part: Double, and amount: Double
  ) -> Interval<Tensor<Double>> where T == Tensor<S> {
    var (low, high) = (lower.valuesBelow, upper.valuesAbove)
    var largest = 0.0
    low.withElements { values in for value in values { largest = max(largest, abs(value)) } }
    high.withElements { values in for value in values { largest = max(largest, abs(value)) } }
    func pad(_ value: Double) -> Double { part * (abs(value) + 0.1 * largest) + amount }
    low.withMutableElements { values in for i in values.indices { values[i] -= pad(values[i]) } }
    high.withMutableElements { values in for i in values.indices { values[i] += pad(values[i]) } }
    return Interval<Tensor<Double>>(lower: low, upper: high)
  }
}
