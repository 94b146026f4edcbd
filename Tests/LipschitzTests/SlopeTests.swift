import Foundation
import Networks
import TestSupport
import Testing

@testable import Lipschitz

/// A function with the intervals that it is tried on.
struct SlopeCase: Sendable, CustomTestStringConvertible {
  var function: any SlopeBounded
  var domain: ClosedRange<Double> = -8...8
  /// The largest slope over all numbers, nil where there is none.
  var limit: Double?

  var testDescription: String { "\(function)" }

  static let all: [SlopeCase] = [
    SlopeCase(function: ReLU(), limit: 1),
    SlopeCase(function: LeakyReLU(slope: 0.1), limit: 1),
    SlopeCase(function: LeakyReLU(slope: -1.5), limit: 1.5),
    SlopeCase(function: Magnitude(), limit: 1),
    SlopeCase(function: Clip(lower: -1, upper: 2), limit: 1),
    SlopeCase(function: HardSwish(), limit: 1.5),
    SlopeCase(function: Sigmoid(), limit: 0.25),
    SlopeCase(function: Tanh(), limit: 1),
    SlopeCase(function: Erf(), limit: 2 / Double.pi.squareRoot()),
    SlopeCase(function: Softsign(), limit: 1),
    SlopeCase(function: ArcTangent(), limit: 1),
    SlopeCase(function: AreaSine(), limit: 1),
    SlopeCase(function: Softplus(), limit: 1),
    SlopeCase(function: Softplus(sharpness: 3), limit: 1),
    SlopeCase(function: Elu(alpha: 1.2, scale: 1.1), limit: 1.32),
    SlopeCase(function: Gelu(), limit: 1.12890415),
    SlopeCase(function: Gelu(sharpness: 1.7), limit: 1.12890415),
    SlopeCase(function: Gelu(isApproximate: true), limit: 1.129),
    SlopeCase(function: GatedLinear(), limit: 1.09983932),
    SlopeCase(function: GatedLinear(sharpness: -1.702), limit: 1.09983932),
    SlopeCase(function: Mish(), limit: 1.089),
    SlopeCase(function: Sine(), limit: 1),
    SlopeCase(function: Cosine(), limit: 1),
    SlopeCase(function: Exponential(), limit: nil),
    SlopeCase(function: HyperbolicSine(), limit: nil),
    SlopeCase(function: HyperbolicCosine(), limit: nil),
    SlopeCase(function: Power(exponent: 2), limit: nil),
    SlopeCase(function: Power(exponent: 3), limit: nil),
    SlopeCase(function: Power(exponent: -1), domain: 0.1...5, limit: nil),
    SlopeCase(function: Power(exponent: 0.5), domain: 0.1...5, limit: nil),
    SlopeCase(function: Logarithm(), domain: 0.1...5, limit: nil),
    SlopeCase(function: SquareRoot(), domain: 0.1...5, limit: nil),
    SlopeCase(function: Reciprocal(), domain: 0.1...5, limit: nil),
    SlopeCase(function: Reciprocal(), domain: -5...(-0.1), limit: nil),
  ]
}

@Suite("Slopes of functions of one element")
struct SlopeTests {
  @Test(
    "No two values within an interval differ by more than the slope allows",
    arguments: SlopeCase.all)
  func quotients(of sample: SlopeCase) {
    var generator = SplitMix64(seed: 21)
    for trial in 0..<400 {
      var ends = (0..<2).map { _ in Double.random(in: sample.domain, using: &generator) }.sorted()
      // Narrow intervals as well.
      if trial % 3 == 0 { ends[1] = min(sample.domain.upperBound, ends[0] + 0.01) }
      guard let slope = sample.function.steepest(over: ends[0]...ends[1]) else {
        Issue.record("no slope between \(ends)")
        return
      }
      var points = (0..<30).map { _ in Double.random(in: ends[0]...ends[1], using: &generator) }
      points += ends
      points.sort()
      var steepest = 0.0
      for (a, b) in zip(points, points.dropFirst()) where b - a > 1e-7 {
        steepest = max(
          steepest, abs(sample.function.value(at: b) - sample.function.value(at: a)) / (b - a))
      }
      #expect(steepest <= slope + 1e-7, "between \(ends)")
      if let limit = sample.limit { #expect(slope <= limit * (1 + 1e-9)) }
    }
  }

  @Test(
    "The limit over all numbers is what is stated, and is nearly reached", arguments: SlopeCase.all)
  func limits(of sample: SlopeCase) {
    let whole = sample.function.steepest(over: -Double.infinity...Double.infinity)
    guard let limit = sample.limit else {
      #expect(whole == nil)
      return
    }
    guard let whole else {
      Issue.record("no slope")
      return
    }
    #expect(abs(whole - limit) <= 1e-9)
    let step = 1e-4
    let reached =
      (-80_000..<80_000).map { place in
        let x = Double(place) * step
        return abs(sample.function.value(at: x + step) - sample.function.value(at: x)) / step
      }.max() ?? 0
    #expect(reached <= whole + 1e-9)
    #expect(reached >= whole * 0.999)
  }

  /// A derivative whose second derivative is at most 4 in size is at most `step^2 / 2` above its values at the ends of a step... of
  /// which the larger is looked at: between two places it is at most the larger plus `4 step^2 / 8`.
  @Test(
    "A-4: the derivatives of Gelu, its approximation and Mish are below their limits between all places as well"
  )
  func subdivision() {
    let step = 0.5e-3
    for (function, limit) in [
      (Gelu() as any PointwiseOperation, 1.12890415), (Gelu(isApproximate: true), 1.129),
      (Mish(), 1.089),
    ] {
      // Beyond 20 the derivatives are within 1e-6 of 0 and 1.
      let largest =
        (-40_000...40_000).map { abs(function.derivative(at: Double($0) * step)) }
        .max() ?? .infinity
      let curved =
        (-4000...4000).map { place -> Double in
          let (x, wide) = (Double(place) * 5e-3, 1e-3)
          return abs(
            function.derivative(at: x + wide) - 2 * function.derivative(at: x)
              + function.derivative(at: x - wide)) / wide / wide
        }.max() ?? .infinity
      #expect(curved < 4)
      // Near the top of exact Gelu the derivative is flat: there the place of the top is known.
      let between = function is Gelu && limit < 1.129 ? 1e-9 : 4 * step * step / 8
      #expect(largest + between <= limit)
    }
    #expect(Gelu().derivative(at: 2.0.squareRoot()) <= 1.12890415)
    #expect(Gelu().derivative(at: 2.0.squareRoot()) >= 1.128904145)
    // Dividing by 1.1289 would leave a slope above 1; the divisor of the specification does not.
    #expect(1.12890415 / 1.1289 > 1 && 1.12890415 / 1.12891 <= 1)
  }

  @Test("Where a function jumps or is not defined there is no slope")
  func none() {
    #expect(Softplus(threshold: 20).steepest(over: 19...21) == nil)
    #expect(Softplus(threshold: 20).steepest(over: 19...19.5) != nil)
    #expect(Reciprocal().steepest(over: -1...1) == nil)
    #expect(SquareRoot().steepest(over: 0...1) == nil && Logarithm().steepest(over: 0...1) == nil)
    #expect(Power(exponent: 0.5).steepest(over: -1...1) == nil)
    #expect(Exponential().steepest(over: 0...1000) == nil)
    #expect(
      ReLU().steepest(over: -2...(-1)) == 0 && Clip(lower: 0, upper: 1).steepest(over: 2...3) == 0)
  }
}
