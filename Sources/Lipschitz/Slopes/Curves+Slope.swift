import Foundation
import Networks

extension Sigmoid: SlopeBounded {
  /// `s (1 - s)`, which falls on either side of 0 from 1/4.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    let place = x.nearest(to: 0)
    let value = value(at: place)
    return min(0.25, (value * self.value(at: -place)).raised)
  }
}

extension Tanh: SlopeBounded {
  /// `1 / cosh(x)^2`, which falls on either side of 0 from 1.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    let size = cosh(x.nearest(to: 0))
    return min(1, (1 / size / size).raised)
  }
}

extension Erf: SlopeBounded {
  /// `2 / sqrt(pi) exp(-x^2)`, which falls on either side of 0.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    let place = x.nearest(to: 0)
    return (2 / Double.pi.squareRoot() * exp(-place * place)).raised
  }
}

extension Softsign: SlopeBounded {
  /// `1 / (1 + |x|)^2`, which falls on either side of 0.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    min(1, derivative(at: x.nearest(to: 0)).raised)
  }
}

extension ArcTangent: SlopeBounded {
  /// `1 / (1 + x^2)`, which falls on either side of 0.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    let place = x.nearest(to: 0)
    return min(1, (1 / (1 + place * place)).raised)
  }
}

extension AreaSine: SlopeBounded {
  /// `1 / sqrt(1 + x^2)`, which falls on either side of 0.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    let place = x.nearest(to: 0)
    return min(1, (1 / (1 + place * place).squareRoot()).raised)
  }
}

extension Softplus: SlopeBounded {
  /// The logistic function, which rises to 1; with a threshold the function jumps there.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    let reach = x.times(sharpness)
    if reach.lowerBound > threshold { return 1 }
    guard reach.upperBound <= threshold || threshold == .infinity else { return nil }
    return min(1, (1 / (1 + exp(-reach.upperBound))).raised)
  }
}

extension Elu: SlopeBounded {
  /// The scale where positive, and the exponential's slope at its ends where negative.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    var slopes: [Double] = []
    if x.upperBound > 0 { slopes.append(abs(scale)) }
    if x.lowerBound <= 0 {
      let factor = abs(scale * alpha / width)
      // The exponential is steepest at an end.
      for end in [x.lowerBound, min(0, x.upperBound)] {
        slopes.append(factor == 0 ? 0 : (factor * exp(end / width)).raised)
      }
    }
    guard let largest = slopes.max(), largest.isFinite else { return nil }
    return largest
  }
}

extension Gelu: SlopeBounded {
  /// At most 1.12890415 (1.1289932 for the approximation), at the square root of 2.
  ///
  /// - Soundness: Of `z = sqrt(2) sharpness x`, the derivative `F(z) + z f(z)` of `z F(z)` has itself the derivative `f(z) (2 - z^2)`, so it is
  ///   largest at an end or at `sqrt(2)`, where it is 1.128904145..., and least at an end or at `-sqrt(2)`, where it is that less 1.
  ///   The approximation's is below 1.129 in size everywhere, as `SlopeTests` shows by subdivision.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    guard !isApproximate else { return 1.129 }
    let turn = 2.0.squareRoot()
    let z = x.times(turn * sharpness)
    var slopes = [x.lowerBound, x.upperBound].filter(\.isFinite).map {
      derivative(at: $0).raisedSum
    }
    // Beyond 40 the derivative is within 1e-300 of 0 or 1.
    if x.upperBound == .infinity { slopes.append(1) }
    if z.contains(turn) { slopes.append(1.12890415) }
    if z.contains(-turn) { slopes.append(0.12890415) }
    return slopes.max() ?? 1.12890415
  }
}

extension GatedLinear: SlopeBounded {
  /// At most 1.09983932, at `z = 2.39935728...` of `z = sharpness x`.
  ///
  /// - Soundness: The derivative `s + z s (1 - s)` turns where `z tanh(z / 2) = 2`, so at two places, of opposite sign; between and beyond
  ///   them it is monotone. Its values at both add up to 1.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    let z = x.times(sharpness)
    var slopes = [x.lowerBound, x.upperBound].filter(\.isFinite).map {
      derivative(at: $0).raisedSum
    }
    if x.upperBound == .infinity || x.lowerBound == -.infinity { slopes.append(1) }
    // A little wider than the places are known.
    if z.upperBound >= 2.3993, z.lowerBound <= 2.3994 { slopes.append(1.09983932) }
    if z.upperBound >= -2.3994, z.lowerBound <= -2.3993 { slopes.append(0.09983932) }
    return slopes.max()
  }
}

extension Mish: SlopeBounded {
  /// Below 1.089 in size everywhere, as `SlopeTests` shows by subdivision.
  func steepest(over x: ClosedRange<Double>) -> Double? { 1.089 }
}
