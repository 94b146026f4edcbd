import Networks
import Tensors

// Ends of nonlinear operations' intervals, moved outward by what their computation may have lost.

extension Interval {
  /// The interval with ends that were rounded moved apart by that; an end that is 0 was computed exactly and stays.
  ///
  /// - Parameter terms: The roundings that an end has.
  /// - Soundness: Contains whatever the interval would contain if its ends had been computed without rounding.
  func movedOutward(terms: Int) -> Interval {
    guard T.chargesRounding else { return self }
    let rounding = UnitRoundoff(of: T.self)
    let (part, floor) = (rounding.price(terms: terms), rounding.floor(terms: terms))
    func room(_ end: T) -> T {
      let size = end.magnitude()
      return size * part + T.full(0, [1]).combined(.less, size) * floor
    }
    return Interval(lower: lower - room(lower), upper: upper + room(upper))
  }

  /// The interval with ends moved apart by what sums of products of some sizes lose.
  ///
  /// - Parameters:
  ///   - sizes: The sums of the products' sizes, `[examples] + shape`.
  ///   - terms: The products of a sum, with other roundings of each.
  /// - Soundness: Contains whatever the interval would contain if its ends had been computed without rounding.
  func movedOutward(by sizes: @autoclosure () -> T, terms: Int) -> Interval {
    guard T.chargesRounding else { return self }
    let rounding = UnitRoundoff(of: T.self)
    let room = sizes().scaled(
      by: rounding.price(terms: terms), adding: rounding.floor(terms: terms))
    return Interval(lower: lower - room, upper: upper + room)
  }

  /// The larger size of both ends.
  var sizes: T { lower.magnitude().maximum(upper.magnitude()) }
}

extension ScalarRelaxable {
  /// The range over each element's interval, rounded outward.
  ///
  /// - Soundness: Contains the function's values over each element's interval, as `range` does; moved outward to numbers of
  ///   the system.
  func rangeInterval<T: TensorAlgebra>(_ x: Interval<T>) -> Interval<T> {
    let rounding = OutwardRounding(to: T.self)
    let parts = mapElements(x, results: 2) { interval, out in
      let range = interval.isUndefined ? .undefined : range(over: interval)
      out(0, rounding.down(range.lower))
      out(1, rounding.up(range.upper))
    }
    return Interval(lower: T(parts[0]), upper: T(parts[1]))
  }
}

/// A curve that never falls.
protocol RisingCurve: ScalarRelaxable {
  /// Whether the curve has no value at some numbers.
  var isPartial: Bool { get }
}

extension RisingCurve {
  /// No, as for most curves.
  var isPartial: Bool { false }

  /// The values at the two ends.
  ///
  /// - Soundness: The function never falls where it is defined, so its values lie between those at the ends; their rounding is
  ///   accounted for where the number system does so. Where the function is not defined everywhere, NaN proves nothing.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard !T.chargesRounding else { return rangeInterval(inputs[0]) }
    let ends = inputs[0].map(apply)
    return isPartial ? ends.undefinedTogether : ends
  }
}
