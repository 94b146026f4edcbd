import Tensors

/// A curve over the intervals of a batch of regions, from which lines of any slope can be made.
struct Curve<T: BackwardAlgebra>: Sendable {
  /// The function of each element.
  let functions: any ScalarFunctions
  /// The intervals of its input, `[examples] + shape`.
  let input: Interval<T>
  /// The shape of the node.
  let shape: Shape

  /// The intervals, element by element in the layout of rows.
  var domains: [ScalarInterval] {
    zip(
      input.lower.inRowLayout(shape).valuesBelow.scalars,
      input.upper.inRowLayout(shape).valuesAbove.scalars
    )
    .map { ScalarInterval($0, $1) }
  }

  /// Where each element is best cut in two if it lies in an interval, `[examples] + shape` in the layout of rows.
  func splitPoints(over x: Interval<T>) -> T {
    let middle = ((x.lower + x.upper) * 0.5).inRowLayout(shape)
    guard functions.haveKinks else { return middle }
    let (lower, upper) = (
      x.lower.inRowLayout(shape).valuesBelow, x.upper.inRowLayout(shape).valuesAbove
    )
    var points = middle.values
    points.withMutableElements { points in
      for (place, ends) in zip(lower.scalars, upper.scalars).enumerated() {
        let interval = ScalarInterval(ends.0, ends.1)
        if let kink = functions.kink(of: place % shape.count, within: interval) {
          points[place] = kink
        }
      }
    }
    return T(points)
  }
}

/// The functions that the elements of a node are given by, numbered in the layout of rows.
protocol ScalarFunctions: Sendable {
  /// `ScalarRelaxable.line` of an element's function.
  func line(
    of element: Int, slope: Double, below: Bool, over x: ScalarInterval, _ rounding: OutwardRounding
  ) -> (intercept: Double, place: Double)?
  /// `ScalarRelaxable.usefulSlopes` of an element's function.
  func usefulSlopes(of element: Int, over x: ScalarInterval) -> ClosedRange<Double>
  /// Whether any of them has kinks.
  var haveKinks: Bool { get }
  /// The place where the function of an element has a kink strictly within an interval, the nearest to its middle.
  func kink(of element: Int, within x: ScalarInterval) -> Double?
}

/// One function for all elements.
struct OneFunction<Function: ScalarRelaxable>: ScalarFunctions {
  private let shared: Function
  init(_ shared: Function) { self.shared = shared }
  var haveKinks: Bool { !shared.kinks.isEmpty }

  func line(
    of element: Int, slope: Double, below: Bool, over x: ScalarInterval, _ rounding: OutwardRounding
  ) -> (intercept: Double, place: Double)? {
    shared.line(slope: slope, below: below, over: x, rounding)
  }

  func usefulSlopes(of element: Int, over x: ScalarInterval) -> ClosedRange<Double> {
    shared.usefulSlopes(over: x)
  }

  func kink(of element: Int, within x: ScalarInterval) -> Double? { shared.kink(within: x) }
}

/// A function for each element.
struct EachFunction<Function: ScalarRelaxable>: ScalarFunctions {
  private let each: [Function]
  init(_ each: [Function]) { self.each = each }
  var haveKinks: Bool { each.contains { !$0.kinks.isEmpty } }

  func line(
    of element: Int, slope: Double, below: Bool, over x: ScalarInterval, _ rounding: OutwardRounding
  ) -> (intercept: Double, place: Double)? {
    each[element].line(slope: slope, below: below, over: x, rounding)
  }

  func usefulSlopes(of element: Int, over x: ScalarInterval) -> ClosedRange<Double> {
    each[element].usefulSlopes(over: x)
  }

  func kink(of element: Int, within x: ScalarInterval) -> Double? { each[element].kink(within: x) }
}

extension ScalarRelaxable {
  /// The kink strictly within an interval that is the nearest to its middle.
  func kink(within x: ScalarInterval) -> Double? {
    kinks.filter { x.lower < $0 && $0 < x.upper }
      .min { abs($0 - x.middle) < abs($1 - x.middle) }
  }

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
