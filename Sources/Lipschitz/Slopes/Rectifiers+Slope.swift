import Networks
import Tensors

extension ReLU: SlopeBounded {
  /// 0 below 0, otherwise 1.
  func steepest(over x: ClosedRange<Double>) -> Double? { x.upperBound <= 0 ? 0 : 1 }
}

extension LeakyReLU: SlopeBounded {
  /// The slopes of the sides that the interval reaches.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    if x.lowerBound >= 0 { return 1 }
    return x.upperBound <= 0 ? abs(slope) : max(1, abs(slope))
  }
}

extension Magnitude: SlopeBounded {
  /// 1 on either side.
  func steepest(over x: ClosedRange<Double>) -> Double? { 1 }
}

extension Clip: SlopeBounded {
  /// 1 between the bounds, 0 where the interval is on one side of them.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    x.upperBound <= lower || x.lowerBound >= upper || lower >= upper ? 0 : 1
  }
}

extension HardSwish: SlopeBounded {
  /// The derivative rises from -1/2 at -3 to 3/2 at 3, and is 0 and 1 beyond.
  func steepest(over x: ClosedRange<Double>) -> Double? {
    if x.upperBound <= -3 { return 0 }
    if x.lowerBound >= 3 { return 1 }
    let ends = [max(x.lowerBound, -3), min(x.upperBound, 3)].map { ($0 / 3 + 0.5).raisedSum }
    return max(ends[0], ends[1], x.upperBound > 3 ? 1 : 0)
  }
}

/// An operation that is another function of each element.
protocol SlopeBoundedFamily: LipschitzReadable {
  associatedtype Function: SlopeBounded
  /// The function of each element of one example of a shape.
  func functions<T: TensorAlgebra>(_ shape: Shape, _ parameters: Parameters<T>) -> [Function]
}

extension SlopeBoundedFamily {
  /// The largest slope of each element's function over its range.
  ///
  /// - Soundness: See `NodeReach.multiplied`.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let functions = functions(context.shape, context.parameters)
    let range = context.range(ofInput: 0)
    var sizes: [Double] = []
    for (place, function) in functions.enumerated() {
      let ends = range.map { ($0.lower[place], $0.upper[place]) } ?? (-.infinity, .infinity)
      let whole = -Double.infinity...Double.infinity
      guard let slope = function.steepest(over: ends.0 <= ends.1 ? ends.0...ends.1 : whole) else {
        throw context.unsupported("the slope of element \(place) has no limit")
      }
      sizes.append(slope)
    }
    return NodeReading(inputs[0].multiplied(by: sizes), "largest slopes")
  }
}

extension ElementClip: SlopeBoundedFamily {}
extension ParametricReLU: SlopeBoundedFamily {}
