/// `max(x, slope x)` with a slope from 0 to 1: a ReLU, or a LeakyRelu. It is convex.
struct Rectifier {
  var slope: Double

  func enclosure(of x: Enclosure) -> Enclosure {
    func end(_ x: Double, _ product: (Double, Double) -> Double) -> Double {
      x >= 0 ? x : slope == 0 ? 0 : product(slope, x)
    }
    return Enclosure(
      lower: x.lower.map { end($0, Rounding.productDown) },
      upper: x.upper.map { end($0, Rounding.productUp) })
  }

  /// Lines below and above, with the adaptive slope below where the element is unstable.
  ///
  /// - Soundness: A slope between that of the two sides is below everywhere, whatever float it is. Above, for whatever float `t`,
  ///   the convex function minus `t x` is largest at an end of the interval, so `t x` plus the larger of the two values there, rounded
  ///   up, is above.
  func lines(over x: Enclosure) -> Lines {
    var lines = Lines(slope: slope, over: x)
    for place in x.lower.indices {
      let (lower, upper) = (x.lower[place], x.upper[place])
      if upper <= 0 { continue }
      lines.lowerSlope[place] = lower >= 0 || upper > -lower ? 1 : slope
      lines.upperSlope[place] = 1
      if lower >= 0 { continue }
      let chord = min(1, max(slope, (upper - slope * lower) / (upper - lower)))
      // The larger of the values of the function minus the chord at the two ends.
      let atLower = Rounding.sumUp(
        Rounding.productUp(slope, lower), Rounding.productUp(-chord, lower))
      let atUpper = Rounding.sumUp(upper, Rounding.productUp(-chord, upper))
      lines.upperSlope[place] = chord
      // Above 0, so that the line counts as one that rounds.
      lines.upperIntercept[place] = max(atLower, atUpper, Rounding.tiny)
    }
    lines.finish(x)
    return lines
  }

  /// The lower slope that a certificate states as a part of 255.
  func stated(_ part: Double) -> Double {
    min(1, max(slope, slope + (1 - slope) * (part / 255)))
  }

  /// What a product with the slope loses in single precision.
  func singleErrors(_ x: Enclosure) -> [Double] {
    x.largest.map { (Rounding.singleGamma(1) * slope * $0 + 0x1p-149) * Rounding.inflation }
  }
}
