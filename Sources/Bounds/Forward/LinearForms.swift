import Networks
import Properties
import Tensors

/// Linear functions of the network's input that enclose every element of a node, for every example.
///
/// The lower functions have the coefficients `middle - spread` and the upper ones `middle + spread`; the
/// spread may be negative, as only the functions' values are ordered.
struct LinearForms<T: BackwardAlgebra>: Sendable {
  /// `[examples * inputs] + shape`.
  var middle: T
  /// The same shape; nil while the functions are exact.
  var spread: T?
  /// The constants, `[examples] + shape`.
  var constant: T
  /// The same shape; nil while the functions are exact.
  var constantSpread: T?

  /// The number of examples.
  var examples: Int { constant.shape[0] }
  /// The shape of the node, for one example.
  var shape: Shape { constant.shape.dropping(1) }
  /// The number of elements of the network's input.
  var inputs: Int { middle.shape[0] / max(1, examples) }

  /// Each element of the input as a function of the input.
  init(identityOf shape: Shape, examples: Int) {
    let n = shape.count
    var identity = Tensor<Double>(repeating: 0, [n, n])
    identity.withMutableElements { values in for i in 0..<n { values[i * n + i] = 1 } }
    middle = T(identity).reshaped([1, n, n]).broadcast(to: [examples, n, n])
      .reshaped(Shape([examples * n] + shape.dimensions))
    constant = T.full(0, Shape([examples] + shape.dimensions))
  }

  init(middle: T, spread: T?, constant: T, constantSpread: T?) {
    self.middle = middle
    self.spread = spread
    self.constant = constant
    self.constantSpread = constantSpread
  }

  /// Passes the coefficients and the constants through maps of batches.
  ///
  /// - Parameters:
  ///   - map: The linear map of coefficients, given whether absolute weights are to be used.
  ///   - affine: The map of the constants, with its offset.
  /// - Soundness: With positive and negative weights taken to the lower and the upper functions
  ///   accordingly, `W+ (m - s) + W- (m + s) = W m - |W| s`.
  static func mapping(
    _ inputs: [LinearForms], _ map: ([T], _ magnitude: Bool) -> T, affine: ([T]) -> T
  ) -> LinearForms {
    let isExact = inputs.allSatisfy { $0.spread == nil }
    return LinearForms(
      middle: map(inputs.map(\.middle), false),
      spread: isExact ? nil : map(inputs.map { $0.spread ?? $0.middle * 0 }, true),
      constant: affine(inputs.map(\.constant)),
      constantSpread: isExact
        ? nil : map(inputs.map { $0.constantSpread ?? $0.constant * 0 }, true))
  }

  /// The functions in another shape, by maps of batches that only move elements.
  func moved(_ transform: (T) -> T) -> LinearForms {
    LinearForms(
      middle: transform(middle), spread: spread.map(transform), constant: transform(constant),
      constantSpread: constantSpread.map(transform))
  }

  /// The sum of the functions of two nodes of one shape.
  static func + (a: LinearForms, b: LinearForms) -> LinearForms {
    func sum(_ a: T?, _ b: T?) -> T? { a.map { a in b.map { a + $0 } ?? a } ?? b }
    return LinearForms(
      middle: a.middle + b.middle, spread: sum(a.spread, b.spread),
      constant: a.constant + b.constant,
      constantSpread: sum(a.constantSpread, b.constantSpread))
  }

  /// The functions that enclose an activation with lines in the layout of values, `[examples] + shape`.
  func through(_ lines: Lines<T>) -> LinearForms {
    // Half the sum and half the difference of the lower and the upper line, for either sign of slope.
    let mean = (lines.lowerSlope + lines.upperSlope) * 0.5
    let gap = (lines.upperSlope - lines.lowerSlope) * 0.5
    let (low, high) = (lines.lowerSlope.magnitude(), lines.upperSlope.magnitude())
    let (meanSize, gapSize) = ((low + high) * 0.5, (high - low) * 0.5)
    let n = inputs
    func scaled(_ a: T, _ factor: T, _ b: T?, _ other: T, repeated: Bool) -> T {
      guard repeated else { return b.map { a * factor + $0 * other } ?? a * factor }
      func split(_ x: T) -> T { x.reshaped(Shape([examples, n] + shape.dimensions)) }
      func lead(_ x: T) -> T { x.reshaped(Shape([examples, 1] + shape.dimensions)) }
      let first = split(a) * lead(factor)
      return (b.map { first + split($0) * lead(other) } ?? first).reshaped(middle.shape)
    }
    let lowerIntercept = lines.lowerIntercept ?? lines.upperIntercept * 0
    let middleIntercept = (lowerIntercept + lines.upperIntercept) * 0.5
    let interceptGap = (lines.upperIntercept - lowerIntercept) * 0.5
    return LinearForms(
      middle: scaled(middle, mean, spread, gapSize, repeated: true),
      spread: scaled(middle, gap, spread, meanSize, repeated: true),
      constant: scaled(constant, mean, constantSpread, gapSize, repeated: false) + middleIntercept,
      constantSpread: scaled(constant, gap, constantSpread, meanSize, repeated: false)
        + interceptGap)
  }
}

extension LinearForms {
  /// The interval of every element over the examples' regions.
  ///
  /// - Soundness: The smallest value of the lower functions and the largest of the upper ones, up to
  ///   rounding, over the box, and over the ball where there is one and it is the better.
  func concretized(over set: InputSet<T>) -> Interval<T> {
    let (n, size) = (inputs, shape.count)
    func split(_ x: T) -> T { x.reshaped([examples, n, size]) }
    func flat(_ x: T) -> T { x.reshaped([examples, 1, n]) }
    let (center, radius) = (flat(set.box.center), flat(set.box.radius))
    let (m, s) = (split(middle), spread.map(split))
    /// The smallest value of functions with the given sign: -1 for upper ones, negated.
    func minimum(_ coefficients: T, _ constant: T) -> T {
      let constant = constant.reshaped([examples, 1, size])
      let overBox =
        center.product(coefficients) - radius.product(coefficients.magnitude()) + constant
      guard let balls = set.balls else { return overBox.reshaped(self.constant.shape) }
      let length: T
      switch balls.norm {
      case .two:
        length = coefficients.applying(.square).reduced(.sum, axis: 1).applying(.squareRoot)
      case .one: length = coefficients.magnitude().reduced(.maximum, axis: 1)
      case .infinity: length = coefficients.magnitude().reduced(.sum, axis: 1)
      }
      let overBall =
        flat(balls.center).product(coefficients) + constant
        - length * balls.radius.reshaped([examples, 1, 1])
      return overBox.maximum(overBall).reshaped(self.constant.shape)
    }
    let lower = minimum(s.map { m - $0 } ?? m, constantSpread.map { constant - $0 } ?? constant)
    let upper = minimum(
      -(s.map { m + $0 } ?? m), -(constantSpread.map { constant + $0 } ?? constant))
    return Interval(lower: lower, upper: -upper)
  }
}
