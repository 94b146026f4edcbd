/// A number over several trainings of one recipe: its mean, and how far apart they lie.
public struct Spread: Codable, Sendable, Hashable {
  /// The trainings.
  public var count: Int
  /// Their mean.
  public var mean: Double
  /// The standard deviation of the single training, `n - 1` in the denominator; nil for one training.
  public var deviation: Double?
  /// The least of them.
  public var lowest: Double
  /// The largest of them.
  public var highest: Double

  /// Sums up some numbers; nil where there is none.
  ///
  /// - Precondition: Every number is finite.
  public init?(_ values: [Double]) {
    guard let lowest = values.min(), let highest = values.max() else { return nil }
    precondition(values.allSatisfy(\.isFinite), "A spread of \(values)")
    (count, self.lowest, self.highest) = (values.count, lowest, highest)
    let mean = values.reduce(0, +) / Double(values.count)
    // A sum may round beyond numbers that are all alike.
    self.mean = min(max(mean, lowest), highest)
    guard values.count > 1 else { return }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / Double(values.count - 1)).squareRoot()
  }

  /// Whether all numbers of one lie beyond all numbers of the other; nil where either is a single number, which has no spread.
  ///
  /// Of two recipes that are equally good, three seeds each, the ranges lie apart once in ten times by chance, and five seeds each once
  /// in 126: as often as the best seeds are all of one recipe.
  public func isApart(from other: Spread) -> Bool? {
    guard count > 1, other.count > 1 else { return nil }
    return lowest > other.highest || highest < other.lowest
  }
}
