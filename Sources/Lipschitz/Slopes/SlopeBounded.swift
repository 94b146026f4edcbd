import Foundation
import Networks
import Tensors

/// A function of one element whose derivative is bounded.
///
/// - Soundness: Over any interval the difference of two values is at most the largest size of the derivative times the distance.
protocol SlopeBounded: ElementwiseOperation, LipschitzReadable {
  /// The largest size of the derivative over an interval, whose ends may be infinite; nil where there is none, or a jump.
  ///
  /// - Soundness: At least the largest quotient of differences within the interval, in real arithmetic; what is computed is raised by
  ///   more than the library's functions are off.
  func steepest(over x: ClosedRange<Double>) -> Double?
}

extension SlopeBounded {
  /// The largest slope of each element over its range.
  ///
  /// - Soundness: See `NodeReach.multiplied`.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let whole = -Double.infinity...Double.infinity
    guard let range = context.range(ofInput: 0) else {
      guard let slope = steepest(over: whole) else {
        throw context.unsupported(
          "its slope has no limit that holds for all inputs; bound a region, with --around and --radius"
        )
      }
      let sizes = [Double](repeating: slope, count: context.shape.count)
      return NodeReading(inputs[0].multiplied(by: sizes), "largest slope")
    }
    var sizes: [Double] = []
    for place in range.lower.indices {
      let (lower, upper) = (range.lower[place], range.upper[place])
      guard let slope = steepest(over: lower <= upper ? lower...upper : whole) else {
        throw context.unsupported(
          "its slope has no limit between \(lower) and \(upper), where element \(place) may lie")
      }
      sizes.append(slope)
    }
    let still = sizes.count { $0 == 0 }
    return NodeReading(
      inputs[0].multiplied(by: sizes),
      "largest slopes over the region\(still > 0 ? ", \(still) of \(sizes.count) are 0" : "")")
  }
}

extension Double {
  /// A little larger, by far more than a few calls of the library are off.
  var raised: Double { isFinite ? abs(self) * (1 + 0x1p-40) + Double.leastNormalMagnitude : self }
}

extension Double {
  /// The same for a sum of numbers of at most about 1 that may cancel.
  var raisedSum: Double { raised + 0x1p-40 }
}

extension ClosedRange<Double> {
  /// The number of the interval that is nearest to another.
  func nearest(to x: Double) -> Double { Swift.min(Swift.max(x, lowerBound), upperBound) }
  /// The largest size of a number of the interval.
  var largestSize: Double { Swift.max(abs(lowerBound), abs(upperBound)) }
  /// The interval times a number.
  func times(_ factor: Double) -> ClosedRange<Double> {
    func scaled(_ x: Double) -> Double { x == 0 || factor == 0 ? 0 : x * factor }
    let (a, b) = (scaled(lowerBound), scaled(upperBound))
    // Products are rounded, so the ends are moved outward.
    return Swift.min(a, b).nextDown...Swift.max(a, b).nextUp
  }
}
