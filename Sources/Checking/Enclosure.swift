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
      lower[place] = (lower[place] - error).down
      upper[place] = (upper[place] + error).up
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
  /// The largest size of each element whose lines may have slopes other than 0 and 1; 0 for the others, whose products with their
  /// slopes are exact.
  var rounded: [Double]
  /// The sum of these, rounded up.
  private(set) var roundedSum = 0.0
  /// Whether all slopes are 0 or 1 and all intercepts 0.
  private(set) var areExact = true

  /// Lines of one slope for every element, through the origin.
  init(slope: Double, over x: Enclosure) {
    lowerSlope = [Double](repeating: slope, count: x.lower.count)
    lowerIntercept = [Double](repeating: 0, count: x.lower.count)
    (upperSlope, upperIntercept) = (lowerSlope, lowerIntercept)
    rounded = x.largest
  }

  /// Fills in what follows from the lines.
  mutating func finish(_ x: Enclosure) {
    for place in rounded.indices {
      let isPlain = [lowerSlope[place], upperSlope[place]].allSatisfy { $0 == 0 || $0 == 1 }
      let isExact = isPlain && lowerIntercept[place] == 0 && upperIntercept[place] == 0
      areExact = areExact && isExact
      // Rows may have slopes of their own where an element is unstable.
      rounded[place] = isExact ? 0 : x.largest[place]
    }
    roundedSum = rounded.reduce(0, +) * Rounding.inflation
  }
}
