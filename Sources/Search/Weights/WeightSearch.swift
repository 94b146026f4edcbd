/// Looks for the weights of functions with which their combination has the largest lower bound, by cutting planes.
///
/// The bound is concave in the weights. Where it was computed for some weights, the functions' values at the point that it
/// comes from bound it for all others: no combination's bound is above its value there. The weights to try next are the
/// best for all points seen so far, those of a zero-sum game, and what the game promises ends the search early.
///
/// Source: Kelley, "The cutting-plane method for solving convex programs" (1960).
///
/// Weights are counted in units, one for each function, and sum to 1 in them. All of this is a guide: which weights are
/// taken changes how good a bound is and not whether it holds.
struct WeightSearch {
  /// The size of each function, positive.
  let units: [Double]
  /// The best weights that were tried, in units; empty where none was.
  private(set) var best: [Double] = []
  /// The bound of the combination with the best weights.
  private(set) var value = -Double.infinity
  /// The best weights that were tried of those that are not on one function alone, in units; empty where none was.
  private(set) var mixture: [Double] = []
  /// The bound with those.
  private(set) var mixtureValue = -Double.infinity
  /// What no weights can pass, as far as known.
  private(set) var upper = Double.infinity
  private var cuts: [[Double]] = []

  /// Starts without any point.
  init(units: [Double]) { self.units = units }

  /// How many functions there are.
  var count: Int { units.count }

  /// The best weights as factors of the functions.
  var factors: [Double] { Self.factors(best, units) }

  /// Weights in units as factors of the functions.
  static func factors(_ weights: [Double], _ units: [Double]) -> [Double] {
    zip(weights, units).map { $0 / $1 }
  }

  /// Takes up the bound of a combination.
  ///
  /// - Parameters:
  ///   - weights: Those of the combination, in units.
  ///   - values: The value of each function, not divided by its unit, at the point that the bound comes from; empty where
  ///     it is not known.
  mutating func take(bound: Double, of weights: [Double], at values: [Double]) {
    guard bound.isFinite else { return }
    if bound > value { (value, best) = (bound, weights) }
    if bound > mixtureValue, weights.count(where: { $0 > 0 }) > 1 {
      (mixtureValue, mixture) = (bound, weights)
    }
    let cut = zip(values, units).map { $0 / $1 }
    guard cut.count == count else { return }
    // What the bound has beside the functions, such as multipliers of splits, it has for all weights.
    let rest = bound - zip(weights, cut).reduce(0) { $0 + $1.0 * $1.1 }
    let moved = cut.map { $0 + rest }
    if moved.allSatisfy(\.isFinite), !cuts.contains(moved) { cuts.append(moved) }
  }

  /// The weights to try next, in units; nil where no point was seen or none promises to gain.
  mutating func next() -> [Double]? {
    guard !cuts.isEmpty else { return nil }
    let game = MatrixGame(columns: cuts)
    upper = min(upper, game.upper)
    let size = cuts.reduce(0) { $1.reduce($0) { max($0, $1.magnitude) } }
    return upper > value + 1e-9 * size ? game.mixture : nil
  }
}
