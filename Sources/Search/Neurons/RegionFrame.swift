import Bounds
import Properties

/// The inputs of a region counted from its middle, in units of its radii.
struct RegionFrame: Sendable {
  /// The inputs that can move.
  let inputs: [Int]
  /// The middle of each of them.
  let center: [Double]
  /// How far each can go from it.
  let radius: [Double]
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
}
