import Networks
import Tensors

// Softened and gated rectifiers.

extension Softplus: PiecewiseCurve {
  /// The values at the ends.
  ///
  /// - Soundness: Below its threshold and above it the function rises, and at it falls by no more than the ends are moved
  ///   apart; its rounding is accounted for where the number system does so.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard !T.chargesRounding else { return rangeInterval(inputs[0]) }
    let ends = inputs[0].map(apply)
    guard threshold.isFinite else { return ends }
    // At the threshold the function falls by a little.
    let fall = value(at: threshold / sharpness) - threshold / sharpness
    return Interval(lower: ends.lower + -fall, upper: ends.upper + fall)
  }

  /// Yes: the ends are computed as values are.
  public var intervalCarriesGradient: Bool { true }

  var widestRange: ScalarInterval { ScalarInterval(0, .infinity) }
  func exponent(at x: Double) -> Double { sharpness * x }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    guard threshold.isFinite else { return [.convex(-.infinity, .infinity)] }
    let end = threshold / sharpness
    return [.convex(-.infinity, end), .straight(end, .infinity, slope: 1, intercept: 0)]
  }

  func limits(at x: Double) -> [Double] { sharpness * x == threshold ? [x] : [] }
}

extension Elu: PiecewiseCurve {
  /// Whether the function never falls.
  private var rises: Bool { scale >= 0 && scale * alpha / width >= 0 }

  /// The values at the ends where the function rises, its range elsewhere.
  ///
  /// - Soundness: Where the function rises its values lie between those at the ends; elsewhere as `range` states. Rounding is
  ///   accounted for where the number system does so.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    rises && !T.chargesRounding ? inputs[0].map(apply) : rangeInterval(inputs[0])
  }

  /// Where the ends are computed as values are.
  public var intervalCarriesGradient: Bool { rises }

  func exponent(at x: Double) -> Double { x / width }

  var widestRange: ScalarInterval {
    // For a negative width the exponential grows without limit.
    guard rises, width > 0 else { return .everything }
    return ScalarInterval(-scale * alpha, .infinity).widened()
  }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    [
      CurvePiece(from: -.infinity, to: 0, bend: scale * alpha < 0 ? .concave : .convex),
      .straight(0, .infinity, slope: scale, intercept: 0),
    ]
  }
}

extension GatedLinear: PiecewiseCurve {
  /// Where `z sigmoid(z)` turns from concave to convex, and at the opposite back.
  private var inflection: Double { 2.3993572805154677 }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    guard sharpness != 0 else {
      return [.straight(-.infinity, .infinity, slope: 0.5, intercept: 0)]
    }
    let place = inflection / abs(sharpness)
    return .alternatingAround(place, outerIsConvex: sharpness < 0)
  }

  func exponent(at x: Double) -> Double { sharpness * x }

  /// The extreme is near `-0.2785 / sharpness`.
  var widestRange: ScalarInterval {
    sharpness > 0 ? ScalarInterval(-0.2785 / sharpness, .infinity) : .everything
  }
}

extension Gelu: PiecewiseCurve {
  /// Where the usual function is least.
  private static var lowest: Double { -0.7517915246935645 }

  /// The function at the place of the interval that is nearest to where it is least, and the larger value of the ends.
  ///
  /// - Soundness: The function falls up to one place and rises from there on, so that its least value over an interval is at the nearest number
  ///   to that place and its largest at an end; its rounding is accounted for where the number system does so.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard intervalCarriesGradient, !T.chargesRounding else { return rangeInterval(inputs[0]) }
    let (lower, upper) = (inputs[0].lower, inputs[0].upper)
    // `gelu_s(x)` is a multiple of the usual function of `sqrt(2) s x`.
    let place = T.full(Self.lowest / (2.0.squareRoot() * sharpness), [1])
    let ends = inputs[0].map(apply)
    return Interval(
      lower: apply(lower.maximum(place).minimum(upper)), upper: ends.lower.maximum(ends.upper))
  }

  /// Where the function is not an approximation, whose least place is another.
  public var intervalCarriesGradient: Bool { !isApproximate }

  /// The second derivative of the exact function is a multiple of `(1 - (sharpness x)^2) exp(-(sharpness x)^2)`; the
  /// approximation's has two zeros as well.
  private var inflection: Double { isApproximate ? 1.4185040087908284 : 1 / sharpness }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    .alternatingAround(inflection, outerIsConvex: false)
  }

  /// Twice that of the approximation, whose cube is rounded more often, or the square in the exponent of the error function.
  func exponent(at x: Double) -> Double {
    isApproximate ? 3.2 * (x + 0.045 * x * x * x) : 2 * (sharpness * x) * (sharpness * x)
  }

  /// The least value is near -0.16997 for the usual sharpness, for the approximation near -0.17004.
  var widestRange: ScalarInterval {
    ScalarInterval(isApproximate ? -0.1701 : -0.1203 / sharpness, .infinity)
  }
}

extension Mish: PiecewiseCurve {
  /// Concave, convex and concave again; the places are zeros of the second derivative.
  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    CurvePiece.alternating([-2.2563763963607931, 1.4905711794854285], firstIsConvex: false)
  }

  /// The least value is near -0.30884.
  var widestRange: ScalarInterval { ScalarInterval(-0.30885, .infinity) }
}

extension HardSwish: PiecewiseCurve {
  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    [
      .straight(-.infinity, -3, slope: 0, intercept: 0), .convex(-3, 3),
      .straight(3, .infinity, slope: 1, intercept: 0),
    ]
  }

  /// The least value is `-3/8`, at `-3/2`.
  var widestRange: ScalarInterval { ScalarInterval(-0.375, .infinity) }
}

extension Softsign: PiecewiseCurve {
  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    CurvePiece.alternating([0], firstIsConvex: true)
  }

  var widestRange: ScalarInterval { ScalarInterval(-1, 1) }
}

extension [CurvePiece] {
  /// Two outer stretches that bend one way, and one between opposite places that bends the other way.
  fileprivate static func alternatingAround(_ place: Double, outerIsConvex: Bool) -> [CurvePiece] {
    CurvePiece.alternating([-place, place], firstIsConvex: outerIsConvex)
  }
}
