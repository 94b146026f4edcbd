import Tensors

/// A curve over the intervals of a batch of regions, from which lines of any slope can be made.
struct Curve<T: BackwardAlgebra>: Sendable {
  /// The function.
  let function: any ScalarRelaxable
  /// The intervals of its input, `[examples] + shape`.
  let input: Interval<T>
  /// The shape of the node.
  let shape: Shape

  /// The intervals, element by element in the layout of rows.
  var domains: [ScalarInterval] {
    zip(
      input.lower.inRowLayout(shape).values.scalars, input.upper.inRowLayout(shape).values.scalars
    )
    .map { ScalarInterval($0, $1) }
  }
}

extension ScalarRelaxable {
  /// The slopes that lines over an interval may usefully have: those that the function itself has there. They are
  /// a single one where there is nothing to choose.
  func usefulSlopes(over x: ScalarInterval) -> ClosedRange<Double> {
    guard x.isFinite, !x.isNarrow, range(over: x).isFinite, exactLine(over: x) == nil else {
      return 0...0
    }
    var slopes = [x.lower, x.middle, x.upper].map(derivative(at:)) + [chordSlope(over: x)]
    if x.contains(0) { slopes.append(derivative(at: 0)) }
    guard let least = slopes.min(), let most = slopes.max(), slopes.allSatisfy(\.isFinite) else {
      return 0...0
    }
    return least...most
  }

  /// The line of a slope on one side of the function, and the place where the two are nearest; nil where the
  /// intercept is not finite.
  ///
  /// - Soundness: The line is on its side of the function over the whole interval, for any slope that is a number
  ///   of the system, if the interval and the function's range over it are finite: next to a pole there is no such line.
  func line(
    slope: Double, below: Bool, over x: ScalarInterval, _ rounding: OutwardRounding
  ) -> (intercept: Double, place: Double)? {
    let residuals = residuals(slope: slope, over: x)
    let intercept = below ? rounding.down(residuals.least) : rounding.up(residuals.greatest)
    guard intercept.isFinite else { return nil }
    return (intercept, below ? residuals.leastPlace : residuals.greatestPlace)
  }
}
