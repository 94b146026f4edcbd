import Foundation
import Networks

// Trigonometric and hyperbolic functions with at most one inflection on a branch.

extension Tangent: PiecewiseCurve {
  /// The branch's middle: a multiple of pi at which the function is 0.
  private func branch(of x: ScalarInterval) -> Double? {
    guard x.isFinite, max(-x.lower, x.upper) < 1e6 else { return nil }
    let turn = (x.middle / .pi).rounded() * .pi
    // Room for the rounding of the places of the poles.
    let reach = 0.5 * Double.pi - 1e-9
    return x.lower > turn - reach && x.upper < turn + reach ? turn : nil
  }

  /// The values at the ends; everything where a pole is inside or near.
  func range(over x: ScalarInterval) -> ScalarInterval {
    guard !x.isUndefined else { return .undefined }
    guard branch(of: x) != nil else { return .everything }
    return ScalarInterval(value(at: x.lower), value(at: x.upper)).widened()
  }

  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    guard let middle = branch(of: x) else { return [] }
    // The sign of the function, unlike its place of inflection, is known exactly.
    return [.concave(-.infinity, middle), .convex(middle, .infinity)]
  }
}

extension ArcSine: PiecewiseCurve {
  var domain: ClosedRange<Double> { -1...1 }
  var widestRange: ScalarInterval { ScalarInterval(-0.5 * .pi, 0.5 * .pi).widened() }
  func pieces(over x: ScalarInterval) -> [CurvePiece] { [.concave(-1, 0), .convex(0, 1)] }
}

extension ArcCosine: PiecewiseCurve {
  var domain: ClosedRange<Double> { -1...1 }
  var widestRange: ScalarInterval { ScalarInterval(0, ScalarInterval(0, .pi).widened().upper) }
  func pieces(over x: ScalarInterval) -> [CurvePiece] { [.convex(-1, 0), .concave(0, 1)] }
}

extension ArcTangent: PiecewiseCurve {
  var widestRange: ScalarInterval { ScalarInterval(-0.5 * .pi, 0.5 * .pi).widened() }
  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    CurvePiece.alternating([0], firstIsConvex: true)
  }
}

extension HyperbolicSine: PiecewiseCurve {
  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    CurvePiece.alternating([0], firstIsConvex: false)
  }
}

extension HyperbolicCosine: PiecewiseCurve {
  var widestRange: ScalarInterval { ScalarInterval(1, .infinity) }
  func pieces(over x: ScalarInterval) -> [CurvePiece] { [.convex(-.infinity, .infinity)] }
}

extension AreaSine: PiecewiseCurve {
  func pieces(over x: ScalarInterval) -> [CurvePiece] {
    CurvePiece.alternating([0], firstIsConvex: true)
  }
}

extension AreaCosine: PiecewiseCurve {
  var domain: ClosedRange<Double> { 1...(.infinity) }
  var widestRange: ScalarInterval { ScalarInterval(0, .infinity) }
  func pieces(over x: ScalarInterval) -> [CurvePiece] { [.concave(1, .infinity)] }
}

extension AreaTangent: PiecewiseCurve {
  var domain: ClosedRange<Double> { -1...1 }
  func pieces(over x: ScalarInterval) -> [CurvePiece] { [.concave(-1, 0), .convex(0, 1)] }
}
