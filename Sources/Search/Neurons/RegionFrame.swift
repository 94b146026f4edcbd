import Bounds
import Properties

/// The inputs of a region counted from its middle, in units of its radii.
struct RegionFrame: Sendable {
  /// The inputs that can move.
  let inputs: [Int]
  private let center: [Double]
  private let radius: [Double]
  /// The input with those that can move at 0.
  private let fixed: [Double]

  init(_ region: Region) {
    let inputs = region.lower.indices.filter { region.lower[$0] < region.upper[$0] }
    let center = inputs.map { region.lower[$0] / 2 + region.upper[$0] / 2 }
    // The middle is rounded, so the radius must reach both ends from where it fell.
    radius = zip(inputs, center).map { input, middle in
      max(region.upper[input] - middle, middle - region.lower[input]).nextUp
    }
    fixed = zip(region.lower, region.upper).map { $0 < $1 ? 0 : $0 }
    self.inputs = inputs
    self.center = center
  }

  /// The value of a linear function in the middle of the region, the sum of the sizes of its terms there, and its
  /// coefficients in units of the radii.
  func centered(
    _ coefficients: ArraySlice<Double>
  ) -> (middle: Double, scale: Double, moved: [Double]) {
    var (middle, scale) = (0.0, 0.0)
    for (coefficient, value) in zip(coefficients, fixed) {
      middle += coefficient * value
      scale += (coefficient * value).magnitude
    }
    let moved = inputs.indices.map { i in
      let coefficient = coefficients[coefficients.startIndex + inputs[i]]
      middle += coefficient * center[i]
      scale += (coefficient * center[i]).magnitude
      return coefficient * radius[i]
    }
    return (middle, scale, moved)
  }

  /// What is left of each input that can move after some halvings.
  func sides(after splits: [NeuronSplit]) -> [(low: Double, high: Double)] {
    var sides = zip(center, radius).map { (low: $0 - $1, high: $0 + $1) }
    for split in splits where split.node == 0 {
      guard let place = inputs.firstIndex(of: Int(split.element)) else { continue }
      if split.isPositive {
        sides[place].low = max(sides[place].low, Double(split.point))
      } else {
        sides[place].high = min(sides[place].high, Double(split.point))
      }
    }
    return sides
  }

  /// How wide a side of an input is, as a part of the whole.
  func part(_ side: (low: Double, high: Double), of place: Int) -> Double {
    radius[place] > 0 ? max(0, (side.high - side.low) / (2 * radius[place])) : 0
  }
}
