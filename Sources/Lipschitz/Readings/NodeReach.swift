/// How far a node's values for two inputs can be apart, where the inputs are 1 apart.
///
/// The difference is `factors`, element by element, times a difference that is within `baseTwo` and `baseInfinity`. Keeping the factors
/// apart until the next layer lets that layer take them into its matrix, where a neuron that does not move costs nothing.
struct NodeReach: Sendable {
  /// The l2 distance before the factors.
  var baseTwo: UpperBound
  /// The linf distance before the factors.
  var baseInfinity: UpperBound
  /// What each element's difference is multiplied by at most, one number for each element; nil for ones.
  var factors: [Double]?

  /// - Soundness: Each of the two follows from the other, so the smaller of what is given and what follows holds.
  init(two: UpperBound, infinity: UpperBound, count: Int, factors: [Double]? = nil) {
    let root = UpperBound(proved: Double(count)).squareRoot
    baseTwo = min(two, infinity * root)
    baseInfinity = min(infinity, two)
    self.factors = factors
  }

  /// Nothing moves.
  static let still = NodeReach(two: .zero, infinity: .zero, count: 1)

  private var largestFactor: UpperBound { factors.map { .init(proved: $0.max() ?? 0) } ?? .one }

  /// The l2 distance.
  ///
  /// - Soundness: No element grows by more than the largest factor, and no more elements move than have one.
  var two: UpperBound {
    guard let factors else { return baseTwo }
    let moving = UpperBound(proved: Double(factors.count { $0 > 0 })).squareRoot
    return min(largestFactor * baseTwo, infinity * moving)
  }

  /// The linf distance.
  ///
  /// - Soundness: As for `two`.
  var infinity: UpperBound { largestFactor * baseInfinity }
}
