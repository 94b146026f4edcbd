import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// A scalar activation and the numbers that it is tested on.
struct ActivationCase: Sendable, CustomTestStringConvertible {
  var operation: any ScalarRelaxable
  var domain: ClosedRange<Double> = -1e4...1e4
  var label = ""
  var hasJumps = false
  /// How far beside its steps the lines allow for them.
  var reach = 0.0
  var testDescription: String { operation.name + label }
}

let activationCases: [ActivationCase] =
  [
    ActivationCase(operation: LeakyReLU(slope: 0.125)),
    ActivationCase(operation: LeakyReLU(slope: 1.75), label: " steep"),
    ActivationCase(operation: LeakyReLU(slope: -1), label: " magnitude"),
    ActivationCase(operation: Sigmoid()), ActivationCase(operation: Tanh()),
    ActivationCase(operation: Erf()), ActivationCase(operation: Exponential(), domain: -1e3...700),
    ActivationCase(operation: Logarithm(), domain: 0...1e6),
    ActivationCase(operation: SquareRoot(), domain: 0...1e6),
    ActivationCase(operation: Reciprocal(), label: ""),
    ActivationCase(operation: Sign(), hasJumps: true),
    ActivationCase(operation: Floor(), hasJumps: true),
    ActivationCase(
      operation: RoundedClamp(least: -128, largest: 127), domain: -300...300, hasJumps: true,
      reach: RoundedClamp.reach),
    ActivationCase(
      operation: RoundedClamp(least: -1, largest: 2), domain: -4...4, label: " narrow",
      hasJumps: true, reach: RoundedClamp.reach),
    ActivationCase(
      operation: RoundedClamp(least: 0, largest: 65535), label: " wide", hasJumps: true,
      reach: RoundedClamp.reach),
    ActivationCase(operation: Sine(), domain: -1e7...1e7),
    ActivationCase(operation: Cosine(), domain: -1e7...1e7),
  ]
  + [-3, -2, -0.5, 0, 1, 2, 3, 4, 7].map {
    ActivationCase(
      operation: Power(exponent: $0), domain: $0 == -0.5 ? 0...1e4 : -1e4...1e4, label: " \($0)")
  }
  + [0.5, 1.5, 2.7].map {
    ActivationCase(operation: Power(exponent: $0), domain: 0...1e4, label: " \($0)")
  } + pieceCases

/// Random intervals of every size: of one point, of a few neighbouring numbers, subnormal, straddling 0, huge.
func randomInterval(
  in domain: ClosedRange<Double>, _ generator: inout SplitMix64
) -> ClosedRange<Double> {
  func magnitude() -> Double {
    let exponent = Double.random(in: 0..<1, using: &generator)
    let scales: [ClosedRange<Double>] = [-310 ... -300, -12 ... -4, -3...0, -2...1, 0...2, 2...7]
    let scale = scales.randomElement(using: &generator) ?? 0...1
    let size = pow(10, scale.lowerBound + exponent * (scale.upperBound - scale.lowerBound))
    return Bool.random(using: &generator) ? size : -size
  }
  func clamp(_ x: Double) -> Double { min(max(x, domain.lowerBound), domain.upperBound) }
  let a = clamp(magnitude())
  let b: Double
  switch Int.random(in: 0..<6, using: &generator) {
  case 0: b = a
  case 1: b = clamp(a.nextUp.nextUp)
  case 2: b = clamp(a * (1 + pow(10, Double.random(in: -14 ... -4, using: &generator))))
  case 3: b = clamp(-a * Double.random(in: 0...2, using: &generator))
  default: b = clamp(magnitude())
  }
  return min(a, b)...max(a, b)
}

/// Points of an interval, its ends and their neighbours included.
func points(of x: ClosedRange<Double>, _ generator: inout SplitMix64) -> [Double] {
  let (low, high) = (x.lowerBound, x.upperBound)
  let special = [
    low, high, low.nextUp, high.nextDown, 0, low + 0.5 * (high - low), 0.5 * Double.pi, 1,
  ]
  let random = (0..<24).map { _ in
    low + Double.random(in: 0...1, using: &generator) * (high - low)
  }
  return (special + random).filter { x.contains($0) }
}

@Suite("Lines around scalar activations")
struct ScalarLinesTests {
  @Test("Both lines and the range enclose the activation", arguments: activationCases)
  func linesEnclose(activation: ActivationCase) {
    for isFloat in [false, true] {
      let rounding =
        isFloat
        ? OutwardRounding(to: Tensor<Float>.self) : OutwardRounding(to: Tensor<Double>.self)
      #expect(rounding.isFloat == isFloat)
      var generator = SplitMix64(seed: 7)
      for trial in 0..<6_000 {
        var x = randomInterval(in: activation.domain, &generator)
        if isFloat {
          x = rounding.down(x.lowerBound)...rounding.up(x.upperBound)
          if x.lowerBound < activation.domain.lowerBound { continue }
        }
        let interval = ScalarInterval(x.lowerBound, x.upperBound)
        let lines = activation.operation.lines(over: interval, rounding)
        let range = activation.operation.range(over: interval)
        for point in points(of: x, &generator) {
          let value = activation.operation.value(at: point)
          if value.isNaN || value.isInfinite { continue }
          // The comparison rounds as well, by a few units in the last place of its terms.
          let slack = { (line: ScalarLine) in
            4 * Double.ulpOfOne * (abs(line.slope * point) + abs(line.intercept) + abs(value))
              + 0x1p-1060
          }
          let below = lines.lower.slope * point + lines.lower.intercept
          let above = lines.upper.slope * point + lines.upper.intercept
          guard below <= value + slack(lines.lower), above >= value - slack(lines.upper),
            range.lower <= value, range.upper >= value
          else {
            Issue.record(
              """
              \(activation.testDescription) float \(isFloat) trial \(trial) on \(x) at \(point): \
              \(below) <= \(value) <= \(above), range \(range), lines \(lines)
              """)
            return
          }
        }
      }
    }
  }

  @Test("A line of any slope stays on its side", arguments: activationCases)
  func chosenLinesEnclose(activation: ActivationCase) {
    let roundings = [
      OutwardRounding(to: Tensor<Float>.self), OutwardRounding(to: Tensor<Double>.self),
    ]
    var generator = SplitMix64(seed: 8)
    var lines = 0
    for trial in 0..<4_000 {
      let rounding = roundings[trial % 2]
      let x = randomInterval(in: activation.domain, &generator)
      let interval = ScalarInterval(x.lowerBound, x.upperBound)
      let useful = activation.operation.usefulSlopes(over: interval)
      if !activation.operation.range(over: interval).isFinite {
        // Over a pole there is nothing to choose.
        #expect(useful == 0...0)
        continue
      }
      let wild = pow(10, Double.random(in: -20...20, using: &generator))
      let slope = rounding.nearest(
        [
          Double.random(in: 0...1, using: &generator) * (useful.upperBound - useful.lowerBound)
            + useful.lowerBound, useful.lowerBound, wild, -wild, 0,
        ][trial % 5])
      let below = trial % 7 < 4
      guard
        let line = activation.operation.line(
          slope: slope, below: below, over: interval, rounding)
      else { continue }
      lines += 1
      for point in points(of: x, &generator) {
        let value = activation.operation.value(at: point)
        if value.isNaN || value.isInfinite { continue }
        let reached = slope * point + line.intercept
        let slack =
          4 * Double.ulpOfOne * (abs(slope * point) + abs(line.intercept) + abs(value)) + 0x1p-1060
        if below ? reached > value + slack : reached < value - slack {
          Issue.record("trial \(trial) on \(x) at \(point): \(reached), \(value), slope \(slope)")
          return
        }
      }
    }
    #expect(lines > 1_000)
  }

  @Test("At a point both lines are the tangent", arguments: activationCases)
  func linesAtPointAreTangents(activation: ActivationCase) {
    let rounding = OutwardRounding(to: Tensor<Double>.self)
    var generator = SplitMix64(seed: 11)
    let domain = max(-5, activation.domain.lowerBound)...min(5, activation.domain.upperBound)
    for _ in 0..<500 {
      let x = Double.random(in: domain, using: &generator)
      let lines = activation.operation.lines(over: ScalarInterval(x, x), rounding)
      let derivative = activation.operation.derivative(at: x)
      #expect(relativeDifference(lines.lower.slope, derivative) < 1e-12)
      #expect(relativeDifference(lines.upper.slope, derivative) < 1e-12)
      let value = activation.operation.value(at: x)
      let below = lines.lower.slope * x + lines.lower.intercept
      let above = lines.upper.slope * x + lines.upper.intercept
      let scale = abs(value) + abs(derivative * x) + 1e-300
      #expect(abs(below - value) <= 1e-13 * scale && abs(above - value) <= 1e-13 * scale)
    }
  }

  @Test("Over moderate intervals the lines touch the activation", arguments: activationCases)
  func linesAreTight(activation: ActivationCase) {
    let rounding = OutwardRounding(to: Tensor<Double>.self)
    var generator = SplitMix64(seed: 13)
    let domain = max(-4, activation.domain.lowerBound)...min(4, activation.domain.upperBound)
    for _ in 0..<300 {
      let a = Double.random(in: domain, using: &generator)
      let b = Double.random(in: domain, using: &generator)
      let x = ScalarInterval(a, b)
      let lines = activation.operation.lines(over: x, rounding)
      guard lines.lower.intercept.isFinite, lines.upper.intercept.isFinite else { continue }
      var (gapBelow, gapAbove, size) = (Double.infinity, Double.infinity, 0.0)
      for step in 0...4_000 {
        let point = min(x.upper, x.lower + x.width * Double(step) / 4_000)
        let value = activation.operation.value(at: point)
        guard value.isFinite else { continue }
        gapBelow = min(gapBelow, value - lines.lower.slope * point - lines.lower.intercept)
        gapAbove = min(gapAbove, lines.upper.slope * point + lines.upper.intercept - value)
        size = max(size, abs(value))
      }
      // Jumps are approached but not attained on one side.
      let steepest = max(abs(lines.lower.slope), abs(lines.upper.slope))
      let allowed =
        (activation.hasJumps ? 3e-3 : 1e-4) * (size + 1) + activation.reach * steepest
      #expect(gapBelow <= allowed && gapAbove <= allowed, "\(activation.testDescription) on \(x)")
    }
  }

  @Test("A reciprocal over 0, and a root or logarithm below 0, bound nothing")
  func undefinedIntervals() {
    let rounding = OutwardRounding(to: Tensor<Float>.self)
    let pole = Reciprocal().lines(over: ScalarInterval(-1, 2), rounding)
    #expect(pole.lower.intercept == -.infinity && pole.upper.intercept == .infinity)
    for operation in [SquareRoot(), Logarithm(), Power(exponent: 0.3)] as [any ScalarRelaxable] {
      let lines = operation.lines(over: ScalarInterval(-1, 2), rounding)
      #expect(lines.lower.intercept.isNaN && lines.upper.intercept.isNaN)
    }
    let sigmoid = Sigmoid().lines(over: ScalarInterval(.nan, 1), rounding)
    #expect(sigmoid.lower.intercept.isNaN && sigmoid.upper.intercept.isNaN)
    let unbounded = Sigmoid().lines(over: ScalarInterval(-.infinity, .infinity), rounding)
    #expect(unbounded.lower.intercept == 0 && unbounded.upper.intercept == 1)
  }
}
