/// The combination of linear functions that is nearest to excluding that all of them are at most 0 somewhere in a box.
///
/// Functions that are all at most 0 at a point have no combination with non-negative weights that is above 0 there. So where
/// the least value of some combination is positive, no point of the box meets all; and if there is no such point, some
/// combination shows it (Farkas). The least value is concave in the weights, and linear between places where a coefficient of
/// the combination changes its sign; steps are exact along the line from one weight to another.
///
/// - Soundness: `value` is the least value for the weights found, whatever they are, up to the rounding of its sum in double.
struct PlaneBlend {
  /// A weight for each function; none is negative.
  private(set) var weights: [Double]
  /// The least value of the combination over the box, where the weights in the given units sum to 1.
  private(set) var value = -Double.infinity

  /// The functions in their units: the value in the middle of the box, and how far each input moves it.
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
    let count = middles.count
    width = count > 0 ? reaches.count / count : 0
    let width = width
    self.middles = middles.indices.map { middles[$0] / units[$0] }
    self.reaches = reaches.indices.map { reaches[$0] / units[$0 / max(1, width)] }
    weights = [Double](repeating: 0, count: count)
    improve()
    for i in weights.indices { weights[i] /= units[i] }
  }

  /// Starts from the best function alone and shifts weight from one to another while that raises the value.
  private mutating func improve() {
    var sum = [Double](repeating: 0, count: width)
    var middle = 0.0
    func least(_ middle: Double, _ sum: [Double]) -> Double {
      sum.reduce(middle) { $0 - abs($1) }
    }
    var first = 0
    for i in middles.indices {
      let alone = least(middles[i], Array(reaches[i * width..<(i + 1) * width]))
      if alone > value { (first, value) = (i, alone) }
    }
    guard value.isFinite else { return }
    weights[first] = 1
    guard middles.count > 1 else { return }
    middle = middles[first]
    for k in 0..<width { sum[k] = reaches[first * width + k] }
    for _ in 0..<(middles.count == 2 ? 1 : min(16, 4 * middles.count)) {
      // The value of each function where the combination is least.
      let values = middles.indices.map { i in
        (0..<width).reduce(middles[i]) { total, k in
          let reach = reaches[i * width + k]
          return sum[k] > 0 ? total - reach : sum[k] < 0 ? total + reach : total
        }
      }
      let used = weights.indices.filter { weights[$0] > 0 }
      guard let to = values.indices.max(by: { values[$0] < values[$1] }),
        let from = used.min(by: { values[$0] < values[$1] }), to != from
      else { return }
      let change = (0..<width).map { reaches[to * width + $0] - reaches[from * width + $0] }
      let step = bestStep(
        middle, middles[to] - middles[from], sum, change, most: weights[from])
      guard step > 0 else { return }
      weights[to] += step
      weights[from] = max(0, weights[from] - step)
      middle += step * (middles[to] - middles[from])
      for k in 0..<width { sum[k] += step * change[k] }
      let reached = least(middle, sum)
      let isHigher = reached > value
      value = reached
      guard isHigher else { return }
    }
  }

  /// Where on a line the least value is highest.
  private func bestStep(
    _ middle: Double, _ slope: Double, _ sum: [Double], _ change: [Double], most: Double
  ) -> Double {
    // The slope falls by twice the size of a coefficient's change where the coefficient passes 0.
    var bends: [(at: Double, fall: Double)] = []
    var rise = slope
    for k in sum.indices where change[k] != 0 {
      let at = -sum[k] / change[k]
      if at > 0 {
        rise += abs(change[k])
        bends.append((at, 2 * abs(change[k])))
      } else {
        rise -= abs(change[k])
      }
    }
    guard rise > 0 else { return 0 }
    for bend in bends.sorted(by: { $0.at < $1.at }) {
      if bend.at >= most { return most }
      rise -= bend.fall
      if rise <= 0 { return bend.at }
    }
    return most
  }
}
