import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// Functions of stretches that bend one way, with kinks and jumps.
let pieceCases: [ActivationCase] = [
  ActivationCase(operation: Clip(lower: -0.75, upper: 2)),
  ActivationCase(operation: Clip(lower: 0.5), label: " below"),
  ActivationCase(operation: Clip(upper: -0.5), label: " above"),
  ActivationCase(operation: Clip(lower: -1e30, upper: 1e30), label: " huge"),
  ActivationCase(operation: Clip(lower: 2, upper: 1), label: " crossed"),
  ActivationCase(operation: Softplus()),
  ActivationCase(operation: Softplus(sharpness: 3), label: " sharp"),
  ActivationCase(operation: Softplus(threshold: 2), label: " with a threshold", hasJumps: true),
  ActivationCase(operation: Elu()),
  ActivationCase(operation: Elu(alpha: 1.67326, scale: 1.0507), label: " Selu"),
  ActivationCase(operation: Elu(alpha: 0.5, width: 0.5), label: " Celu"),
  ActivationCase(operation: Elu(alpha: -0.75), domain: -1e4...1e4, label: " falling"),
  ActivationCase(operation: GatedLinear()),
  ActivationCase(operation: GatedLinear(sharpness: 1.702), label: " sharp"),
  ActivationCase(operation: GatedLinear(sharpness: -0.5), label: " reversed"),
  ActivationCase(operation: Gelu()),
  ActivationCase(operation: Gelu(isApproximate: true), domain: -1e2...1e2, label: " approximate"),
  ActivationCase(operation: Mish()), ActivationCase(operation: HardSwish()),
  ActivationCase(operation: Softsign()), ActivationCase(operation: Tangent(), domain: -1e5...1e5),
  ActivationCase(operation: ArcSine(), domain: -1...1),
  ActivationCase(operation: ArcCosine(), domain: -1...1), ActivationCase(operation: ArcTangent()),
  ActivationCase(operation: HyperbolicSine(), domain: -500...500),
  ActivationCase(operation: HyperbolicCosine(), domain: -500...500),
  ActivationCase(operation: AreaSine()), ActivationCase(operation: AreaCosine(), domain: 1...1e6),
  ActivationCase(operation: AreaTangent(), domain: -0.9999...0.9999),
  ActivationCase(operation: Shrink(threshold: 0.5, bias: 0.2), hasJumps: true),
  ActivationCase(
    operation: Shrink(threshold: 1, keepsPositiveOnly: true), label: " above", hasJumps: true),
  ActivationCase(operation: Step(), hasJumps: true),
  ActivationCase(operation: Step(includesZero: true), label: " at 0", hasJumps: true),
  ActivationCase(operation: RoundToEven(), hasJumps: true),
  ActivationCase(operation: Remainder(divisor: 1.5), hasJumps: true),
  ActivationCase(
    operation: Remainder(divisor: 1.5, roundsDown: true), label: " down", hasJumps: true),
  ActivationCase(
    operation: Remainder(divisor: -0.7, roundsDown: true), label: " down, negative", hasJumps: true),
]

@Suite("Functions of stretches")
struct PieceTests {
  @Test("Lines over kinks are at least as tight as those of shifted ReLUs")
  func clipIsTight() {
    let rounding = OutwardRounding(to: Tensor<Double>.self)
    var generator = SplitMix64(seed: 5)
    for _ in 0..<2_000 {
      let x = ScalarInterval(
        Double.random(in: -3...3, using: &generator), Double.random(in: -3...3, using: &generator))
      let bound = Double.random(in: -2...2, using: &generator)
      let clip = Clip(lower: bound).lines(over: x, rounding)
      // max(x, c) is the ReLU of x - c, plus c.
      let relu = LeakyReLU(slope: 0).lines(
        over: ScalarInterval(x.lower - bound, x.upper - bound), rounding)
      func height(_ line: ScalarLine, _ place: Double) -> Double {
        line.slope * place + line.intercept
      }
      let (own, other) = (
        height(clip.upper, x.middle), height(relu.upper, x.middle - bound) + bound
      )
      #expect(own <= other + 1e-12)
      #expect(
        height(clip.lower, x.middle) >= height(relu.lower, x.middle - bound) + bound - 1e-12)
    }
  }

  @Test("A clipping by huge bounds keeps every digit")
  func hugeBoundsKeepDigits() {
    for bound in [1e16, 1e30, Double.infinity] {
      let clip = Clip(lower: -bound, upper: bound)
      for isFloat in [false, true] {
        let rounding =
          isFloat
          ? OutwardRounding(to: Tensor<Float>.self) : OutwardRounding(to: Tensor<Double>.self)
        let lines = clip.lines(over: ScalarInterval(-0.375, 0.25), rounding)
        #expect(lines.lower.slope == 1 && lines.lower.intercept == 0)
        #expect(lines.upper.slope == 1 && lines.upper.intercept == 0)
      }
      #expect(clip.apply(Tensor<Float>([2], [0.375, -1e-20])).scalars == [0.375, -1e-20])
    }
  }

  @Test("Equality is 1 at 0 and unknown around it")
  func equality() {
    let rounding = OutwardRounding(to: Tensor<Double>.self)
    #expect(IsZero().range(over: ScalarInterval(0, 0)).lower == 1)
    #expect(IsZero().range(over: ScalarInterval(-1, 0)).upper == 1)
    #expect(IsZero().range(over: ScalarInterval(1, 2)).upper == 0)
    for x in [ScalarInterval(-1, 2), ScalarInterval(0, 1), ScalarInterval(0, 0)] {
      let lines = IsZero().lines(over: x, rounding)
      for point in [x.lower, x.upper, x.middle, 0] {
        let value = IsZero().value(at: point)
        #expect(lines.lower.slope * point + lines.lower.intercept <= value)
        #expect(lines.upper.slope * point + lines.upper.intercept >= value)
      }
    }
  }
}
