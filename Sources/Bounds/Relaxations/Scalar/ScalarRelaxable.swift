import Networks
import Tensors

/// A function of one variable that can be enclosed between two lines over any interval.
///
/// A conformance proposes slopes and says where a line of a given slope can touch the function. The
/// intercepts follow from that: for the lower line the smallest `f(x) - slope * x` over the ends and these
/// places, for the upper line the largest. So a poorly chosen slope loosens the lines and never breaks them.
///
/// - Soundness: The slope is rounded to the number system first; the intercept is computed for the rounded
///   slope in double precision, widened by the error of that computation, and rounded outward.
protocol ScalarRelaxable: ElementwiseOperation, IntervalPropagating, LinearlyBounded {
  /// The values of the function over an interval; undefined where the function is.
  ///
  /// - Soundness: Contains every value of the function over the interval: those of curves with the error of a library call, those of
  ///   lines as the function itself computes them.
  func range(over x: ScalarInterval) -> ScalarInterval
  /// The derivative.
  func derivative(at x: Double) -> Double
  /// Slopes of a lower and an upper line that leave little room, over a finite interval.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double)
  /// Meets every place strictly inside the domain where `f(x) - slope * x` has an extremum or jumps.
  func meetContacts(_ residuals: inout Residuals)
  /// The line that the function equals over an interval, if it is one.
  func exactLine(over x: ScalarInterval) -> ScalarLine?
  /// The slopes that lines over an interval may usefully have; a single one where there is nothing to choose.
  func usefulSlopes(over x: ScalarInterval) -> ClosedRange<Double>
  /// The places where the function has a kink, at which a search cuts it in two; none for a smooth function.
  var kinks: [Double] { get }
}

extension ScalarRelaxable {
  /// No line, as for every curved function.
  func exactLine(over x: ScalarInterval) -> ScalarLine? { nil }

  /// None.
  var kinks: [Double] { [] }

  /// Two lines that enclose the function over an interval.
  ///
  /// Where a slope or an intercept is not finite, that line is horizontal.
  func lines(over x: ScalarInterval, _ rounding: OutwardRounding) -> ScalarLines {
    guard !x.isUndefined else { return ScalarLines(constant: .undefined, rounding) }
    let range = range(over: x)
    var lines = ScalarLines(constant: range, rounding)
    guard x.isFinite, !range.isUndefined else { return lines }
    if let line = exactLine(over: x), rounding.nearest(line.slope) == line.slope {
      return ScalarLines(
        lower: ScalarLine(slope: line.slope, intercept: rounding.down(line.intercept)),
        upper: ScalarLine(slope: line.slope, intercept: rounding.up(line.intercept)))
    }
    let slopes = slopes(over: x)
    let lower = rounding.nearest(slopes.lower)
    if lower.isFinite {
      let intercept = rounding.down(residuals(slope: lower, over: x).least)
      if intercept.isFinite { lines.lower = ScalarLine(slope: lower, intercept: intercept) }
    }
    let upper = rounding.nearest(slopes.upper)
    if upper.isFinite {
      let intercept = rounding.up(residuals(slope: upper, over: x).greatest)
      if intercept.isFinite { lines.upper = ScalarLine(slope: upper, intercept: intercept) }
    }
    return lines
  }

  /// The extremes of the function minus a line through the origin.
  func residuals(slope: Double, over x: ScalarInterval) -> Residuals {
    var residuals = Residuals(slope: slope, over: x)
    residuals.meet(x.lower, value(at: x.lower))
    residuals.meet(x.upper, value(at: x.upper))
    meetContacts(&residuals)
    return residuals
  }

  /// The slope of the chord over an interval; of the tangent where the interval is very narrow.
  func chordSlope(over x: ScalarInterval) -> Double {
    x.isNarrow ? derivative(at: x.middle) : (value(at: x.upper) - value(at: x.lower)) / x.width
  }

  /// The lines of every element.
  func lines<T: TensorAlgebra>(over x: Interval<T>) -> Lines<T> {
    let rounding = OutwardRounding(to: T.self)
    let parts = mapElements(x, results: 4) { interval, out in
      let lines = lines(over: interval, rounding)
      out(0, lines.lower.slope)
      out(1, lines.lower.intercept)
      out(2, lines.upper.slope)
      out(3, lines.upper.intercept)
    }
    return Lines(
      lowerSlope: T(parts[0]), lowerIntercept: T(parts[1]), upperSlope: T(parts[2]),
      upperIntercept: T(parts[3]))
  }

  /// Two lines for every element.
  ///
  /// - Soundness: The lines enclose the function over each element's interval, rounding included, as the protocol states.
  @_specialize(kind:partial,where T == Tensor<Float>)
  @_specialize(kind:partial,where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    var relaxation = ElementwiseRelaxation(lines(over: inputs[0]), shapes.output)
    relaxation.curve = Curve(
      functions: OneFunction(self), input: inputs[0], shape: shapes.output)
    return relaxation
  }
}

/// A scalar function whose range over an interval is not the interval between its values at the ends.
protocol RangeBounded: ScalarRelaxable {}

extension RangeBounded {
  /// The range over each element's interval, rounded outward.
  ///
  /// - Soundness: Contains the function's values over each element's interval, as `range` does; moved outward to numbers of
  ///   the system.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    rangeInterval(inputs[0])
  }

  /// No: the ranges are found element by element.
  public var intervalCarriesGradient: Bool { false }
}

/// Computes some numbers for each element of an interval, on all workers.
func mapElements<T: TensorAlgebra>(
  _ x: Interval<T>, results: Int,
  _ body: @Sendable (ScalarInterval, (Int, Double) -> Void) -> Void
) -> [Tensor<Double>] {
  let (lower, upper) = (x.lower.valuesBelow, x.upper.valuesAbove)
  let count = lower.count
  let all = Tensor<Double>(uninitialized: [results, count]) { out in
    lower.withElements { lower in
      upper.withElements { upper in
        nonisolated(unsafe) let (out, lower, upper) = (out, lower, upper)
        Workers.forEachRange(of: count, grain: 2048) { range in
          for i in range {
            body(ScalarInterval(lower[i], upper[i])) { part, value in
              out[part * count + i] = value
            }
          }
        }
      }
    }
  }
  return (0..<results).map {
    all.sliced($0..<$0 + 1, axis: 0).reshaped(lower.shape)
  }
}
