/// Intervals that hold every element of a node, for every input of a part of the region.
struct Enclosure: Sendable {
  /// The ends, by places.
  var lower: [Double]
  var upper: [Double]
  /// The larger size of the two ends.
  private(set) var largest: [Double] = []
  /// The sum of these, rounded up.
  private(set) var largestSum = 0.0

  init(lower: [Double], upper: [Double]) {
    (self.lower, self.upper) = (lower, upper)
  }

  /// Whether some lower end is above its upper end, so that no value is possible.
  var isEmpty: Bool { zip(lower, upper).contains { $0 > $1 } }

  var isFinite: Bool { lower.allSatisfy(\.isFinite) && upper.allSatisfy(\.isFinite) }

  /// Fills in what follows from the ends.
  mutating func finish() {
    largest = zip(lower, upper).map { max(abs($0), abs($1)) }
    largestSum = largest.reduce(0, +) * Rounding.inflation
  }

  /// Cuts the intervals to those of another enclosure of the same values.
  mutating func cut(to other: Enclosure) {
    for place in lower.indices {
      lower[place] = max(lower[place], other.lower[place])
      upper[place] = min(upper[place], other.upper[place])
    }
  }

  /// Moves the ends outward by as much as errors may.
  mutating func widen(by errors: [Double]) {
    for (place, error) in errors.enumerated() where error != 0 {
      lower[place] = (lower[place] - error).nextDown
      upper[place] = (upper[place] + error).nextUp
    }
  }
}

/// What rows are charged where they meet a node: `|a| errors + absolute`.
struct Charge: Sendable {
  var errors: [Double]
  var absolute: Double
}

/// Lines below and above what a node computes of each element it reads.
struct Lines: Sendable {
  var lowerSlope: [Double]
  var lowerIntercept: [Double]
  var upperSlope: [Double]
  var upperIntercept: [Double]
}
