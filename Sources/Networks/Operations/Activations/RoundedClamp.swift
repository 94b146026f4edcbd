import Foundation
import Tensors

/// The nearest integer, ties to the even one, between two integers: what ONNX `QuantizeLinear` does to a quotient.
public struct RoundedClamp: ElementwiseOperation {
  /// The least result.
  public var least: Double
  /// The largest result.
  public var largest: Double

  /// Creates a rounding.
  ///
  /// - Precondition: The ends are integers in order, below 2^22 in size.
  public init(least: Double, largest: Double) {
    precondition(
      least <= largest && least >= -0x1p22 && largest <= 0x1p22 && least == least.rounded()
        && largest == largest.rounded(), "Rounding between \(least) and \(largest)")
    self.least = least
    self.largest = largest
  }

  public var name: String { "QuantizeLinear" }
  public var bend: Bend { .steps }

  public func value(at x: Double) -> Double {
    Swift.min(largest, Swift.max(least, x.rounded(.toNearestOrEven)))
  }

  /// The rounding, in steps that are all exact in 32-bit floats.
  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    // One more than the ends on either side: a tie at an end goes where the end is.
    let inside = x.maximum(T.full(least - 1, [1])).minimum(T.full(largest + 1, [1]))
    let floor = inside.applying(.floor)
    let twice = (inside - floor) * 2
    let side = (twice + -1).applying(.sign)
    let isOdd = floor - (floor * 0.5).applying(.floor) * 2
    let isTie = side.magnitude() * -1 + 1
    let rounded = floor + side.positivePart() + isTie * isOdd
    return rounded.maximum(T.full(least, [1])).minimum(T.full(largest, [1]))
  }
}
