/// The combination of linear functions that is nearest to excluding that all of them are at most 0 somewhere in a box.
///
/// Functions that are all at most 0 at a point have no combination with non-negative weights that is above 0 there. So where
/// the least value of some combination is positive, no point of the box meets all; and if there is no such point, some
/// combination shows it (Farkas). The least value is concave in the weights; `WeightSearch` finds its top, which it reaches in
/// a corner of the box.
///
/// - Soundness: `value` is the least value for the weights found, whatever they are, up to the rounding of its sum in double.
struct PlaneBlend {
  /// A weight for each function; none is negative.
  private(set) var weights: [Double]
  /// The least value of the combination over the box, where the weights in the given units sum to 1.
  private(set) var value = -Double.infinity

  private let middles: [Double]
  private let reaches: [Double]
  private let width: Int

  /// Finds weights.
  ///
  /// - Parameters:
  ///   - middles: The value of each function in the middle of the box.
  ///   - reaches: For each function, one after another, its coefficients times the box's radii.
  ///   - units: The size of each function, positive: what its weight is counted in.
  init(middles: [Double], reaches: [Double], units: [Double]) {
    width = middles.isEmpty ? 0 : reaches.count / middles.count
    self.middles = middles
    self.reaches = reaches
    weights = [Double](repeating: 0, count: middles.count)
    var search = WeightSearch(units: units)
    for i in middles.indices {
      var alone = [Double](repeating: 0, count: middles.count)
      alone[i] = 1
      look(alone, &search)
    }
    for _ in 0..<min(32, 8 * middles.count) where middles.count > 1 {
      guard let next = search.next() else { break }
      look(next, &search)
    }
    guard !search.best.isEmpty else { return }
    (weights, value) = (search.factors, search.value)
  }

  /// Evaluates a combination where it is least.
  private func look(_ parts: [Double], _ search: inout WeightSearch) {
    let weights = WeightSearch.factors(parts, search.units)
    var sum = [Double](repeating: 0, count: width)
    for (i, weight) in weights.enumerated() where weight != 0 {
      for k in 0..<width { sum[k] += weight * reaches[i * width + k] }
    }
    let middle = zip(weights, middles).reduce(0) { $0 + $1.0 * $1.1 }
    search.take(
      bound: sum.reduce(middle) { $0 - abs($1) }, of: parts,
      at: middles.indices.map { i in
        (0..<width).reduce(middles[i]) { total, k in
          let reach = reaches[i * width + k]
          return sum[k] > 0 ? total - reach : sum[k] < 0 ? total + reach : total
        }
      })
  }
}
