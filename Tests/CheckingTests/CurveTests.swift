import Foundation
import TestSupport
import Testing

@testable import Checking

/// Curves against the C library, at ends, crests and between.
@Suite("Curves of the checker")
struct CurveTests {
  /// A curve, what it should be, and between which numbers it is tried.
  struct Subject: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var curve: any Curve
    var function: @Sendable (Double) -> Double
    var range: ClosedRange<Double>
  }

  static let subjects =
    [
      Subject(
        testDescription: "exp", curve: ConvexCurve.exponential, function: { exp($0) },
        range: -40...40),
      Subject(
        testDescription: "capped exp", curve: CappedExponential(), function: { exp(min($0, 300)) },
        range: -400...400),
      Subject(
        testDescription: "reciprocal", curve: ConvexCurve.reciprocal, function: { 1 / $0 },
        range: 1e-3...50),
      Subject(
        testDescription: "square", curve: ConvexCurve.power(2), function: { $0 * $0 }, range: -9...9
      ),
      Subject(
        testDescription: "cube", curve: ConvexCurve.power(3), function: { $0 * $0 * $0 },
        range: -9...9),
      Subject(
        testDescription: "fourth power", curve: ConvexCurve.power(4), function: { pow($0, 4) },
        range: -9...9),
      Subject(
        testDescription: "magnitude", curve: ConvexCurve.magnitude, function: { abs($0) },
        range: -9...9),
      Subject(
        testDescription: "sign", curve: SignStep(), function: { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
        range: -3...3),
      Subject(testDescription: "sine", curve: Wave.sine, function: { sin($0) }, range: -70...70),
      Subject(testDescription: "cosine", curve: Wave.cosine, function: { cos($0) }, range: -9...9),
      Subject(
        testDescription: "sigmoid", curve: RisingCurve.sigmoid, function: { 1 / (1 + exp(-$0)) },
        range: -40...40),
      Subject(
        testDescription: "tanh", curve: RisingCurve.tanh, function: { tanh($0) }, range: -9...9),
    ] + powers + clippings

  private static let powers = [-4, -1.5, -0.5, 0.5].compactMap { exponent in
    HalfPower(exponent: exponent).map { curve in
      Subject(
        testDescription: "power \(exponent)", curve: curve, function: { pow($0, exponent) },
        range: 1e-3...50)
    }
  }

  private static let clippings = [(-1, 1), (-0.25, 3), (-.infinity, 2.75), (-1, .infinity)]
    .compactMap { limits in
      ClippedStep(limits.0, limits.1).map { curve in
        Subject(
          testDescription: "clipping \(limits)", curve: curve,
          function: { min(max($0, limits.0), limits.1) }, range: -9...9)
      }
    }

  @Test("Ranges and lines hold the curve", arguments: subjects)
  func areAround(_ subject: Subject) {
    var random = SplitMix64(seed: 71)
    for trial in 0..<600 {
      var a = Double.random(in: subject.range, using: &random)
      let width = [0, 1e-14, 1e-9, 1e-3, 0.3, 3, 100][trial % 7]
      if trial % 5 == 0, subject.range.contains(0) { a = trial % 2 == 0 ? 0 : -width }
      // Crests and troughs at an end.
      if trial % 11 == 0, subject.range.contains(1.6) {
        a = Double.pi / 2 - Double(trial % 3) * width / 2
      }
      let lower = max(subject.range.lowerBound, a)
      let upper = min(subject.range.upperBound, a + width)
      guard lower <= upper else { continue }
      let (curve, range) = (subject.curve, subject.curve.range(lower, upper))
      let (below, above) = (curve.below(lower, upper), curve.above(lower, upper))
      let points =
        [lower, upper, 0, Double.pi / 2, -Double.pi / 2]
        + (0..<40).map { _ in Double.random(in: lower...max(lower, upper), using: &random) }
      for x in points where x >= lower && x <= upper {
        let value = subject.function(x)
        // The C library is off by a few units, and so is the sum here; the cap multiplies an error of the argument.
        let slack =
          1e-14 * (abs(value) + abs(below.slope * x) + abs(above.slope * x))
          + 1e-15 * (abs(below.intercept) + abs(above.intercept))
        #expect(
          range.lower <= value + slack && value - slack <= range.upper, "\(lower) \(upper) \(x)")
        #expect(below.slope * x + below.intercept <= value + slack, "\(lower) \(upper) \(x)")
        #expect(above.slope * x + above.intercept >= value - slack, "\(lower) \(upper) \(x)")
      }
    }
  }

  @Test("Over short intervals the lines are near")
  func areTight() {
    for subject in Self.subjects where subject.testDescription != "sign" {
      for lower in [0.5, 1, 2.5] {
        let upper = lower + 1e-2
        let (below, above) = (
          subject.curve.below(lower, upper), subject.curve.above(lower, upper)
        )
        let middle = lower + 5e-3
        let gap = (above.slope - below.slope) * middle + above.intercept - below.intercept
        #expect(
          gap < 1e-2 * abs(subject.function(upper)) + 1e-4, "\(subject.testDescription) \(gap)")
      }
    }
  }

  @Test("Where a curve has no value, nothing is said")
  func outside() {
    let range = ConvexCurve.reciprocal.range(-1, 1)
    #expect(range.lower == -.infinity && range.upper == .infinity)
    #expect(ConvexCurve.reciprocal.range(0, 1).upper == .infinity)
    #expect(ConvexCurve.exponential.range(0, 800).upper == .infinity)
    #expect(CappedExponential().range(-800, 800).upper < 0x1p500)
  }
}
