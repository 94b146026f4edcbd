import Foundation
import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Checking

/// Blocks of delta, whose keys are divided by their lengths and clipped.
@Suite("Delta blocks in the checker")
struct DeltaTests {
  /// A small network with a delta block, its power perhaps with another exponent; built again, so that all have the same names.
  private func network(exponent: Double = -0.5) throws -> Network {
    let made = try StagedNetwork(
      [NetworkStage(.delta, width: 4, stride: 2)], normalization: .none
    ).network(for: ImageTask(shape: [1, 4, 4], classes: 3, mean: [0.5], std: [0.5]))
      .initialized(.xavier, seed: 4)
    var network = Network(input: made.inputShape)
    for parameter in made.parameters { _ = network.addParameter(parameter.name, parameter.value) }
    for node in made.nodes.dropFirst() {
      var operation = try #require(node.operation)
      if let power = operation as? Power, power.exponent < 0 {
        operation = Power(exponent: exponent)
      }
      try network.add(operation, node.inputs)
    }
    return network
  }

  private func region(_ center: [Double], _ width: Double) -> InputRegion {
    .box(
      lower: NumberArray(center.map { $0 - width }), upper: NumberArray(center.map { $0 + width }))
  }

  private let difference: [OutputProperty.Term] = [.init(0, exact("1")), .init(1, exact("-1"))]

  private func center(_ random: inout SplitMix64) -> [Double] {
    (0..<16).map { _ in Double.random(in: -1...1, using: &random) }
  }

  @Test("Bounds are below the values, and near to them over small boxes", arguments: [1e-6, 1e-3])
  func sound(_ width: Double) throws {
    let network = try network()
    let checked = CheckedNetwork(network, sha256: noDigest)
    var random = SplitMix64(seed: 91)
    for trial in 0..<5 {
      let center = center(&random)
      let claim = try checked.prepare(
        checked.claim(region(center, width), above(exact("0"), difference)))
      let bounds = try [Proof.interval(weights: nil), .linear(LinearProof())].map {
        try claim.prove($0).leastBound
      }
      var least = Double.infinity
      for _ in 0..<100 {
        let point = center.map { $0 + (Bool.random(using: &random) ? width : -width) }
        let output = network.evaluate(
          Tensor(Shape([1, 1, 1, 4, 4]), point), network.parameters(as: Tensor<Double>.self)
        ).scalars
        least = min(least, output[0] - output[1])
      }
      for bound in bounds { #expect(bound <= least + 1e-12, "trial \(trial)") }
      if width == 1e-6 { #expect(bounds[1] > least - 1e-2, "trial \(trial): \(bounds) \(least)") }
    }
  }

  @Test("A certificate is accepted, and rejected with another bound, region, exponent or meaning")
  func changed() throws {
    let network = try network()
    let checked = CheckedNetwork(network, sha256: noDigest)
    var random = SplitMix64(seed: 92)
    let center = center(&random)
    let proof = Proof.linear(LinearProof())
    func certificate(
      _ bound: Double, width: Double = 1e-4, _ meanings: [Claim.Meaning] = [.real]
    ) -> Certificate {
      Certificate(
        claim: checked.claim(
          region(center, width), above(ExactNumber(bound), difference), meanings), proof: proof)
    }
    let shown = try checked.prepare(certificate(0).claim).prove(proof).leastBound
    #expect(checked.check(certificate(shown - 1e-9)).isAccepted)
    #expect(!checked.check(certificate(shown + 1e-9)).isAccepted)
    #expect(!checked.check(certificate(shown - 1e-9, width: 2e-4)).isAccepted)
    #expect(!checked.check(certificate(shown - 1e-9, [.real, .binary32])).isAccepted)
    for exponent in [-0.25, -4.5, -0.5000001] {
      let other = CheckedNetwork(try self.network(exponent: exponent), sha256: noDigest)
      #expect(!other.check(certificate(-1e9)).isAccepted, "\(exponent)")
    }
    // Another power with a rule gives another function, of which the bound does not hold.
    let other = CheckedNetwork(try self.network(exponent: -1), sha256: noDigest)
    let itsBound = try other.prepare(certificate(0).claim).prove(proof).leastBound
    #expect(itsBound != shown)
    #expect(other.check(certificate(itsBound - 1e-9)).isAccepted)
    #expect(!other.check(certificate(itsBound + 1e-9)).isAccepted)
  }

  @Test("Powers without a value, or beyond reach, and exponents without a rule say nothing")
  func outside() throws {
    for exponent in [-4.5, -0.25, 0, 1, 1.5, .nan, .infinity, -.infinity] {
      #expect(HalfPower(exponent: exponent) == nil)
    }
    for exponent in [-4, -1, -0.5, 0.5] {
      let curve = try #require(HalfPower(exponent: exponent))
      for lower in [0, -1, 1e-300, -Double.infinity] {
        let range = curve.range(lower, 1)
        #expect(range.lower == -.infinity && range.upper == .infinity)
        #expect(curve.below(lower, 1).intercept == -.infinity)
        #expect(curve.above(lower, 1).intercept == .infinity)
      }
      #expect(curve.range(1, 1e300).upper == .infinity)
    }
    #expect(ClippedStep(1, 1) == nil && ClippedStep(1, 0) == nil && ClippedStep(.nan, 0) == nil)
  }

  @Test("Lines of powers hold over tiny, huge and long intervals", arguments: [-4, -2, -0.5, 0.5])
  func extremes(_ exponent: Double) throws {
    let curve = try #require(HalfPower(exponent: exponent))
    let ends: [(Double, Double)] = [
      (0x1p-180, 0x1p-179), (0x1p179, 0x1p180), (0x1p-180, 0x1p180), (1, 1.0.nextUp), (2, 2),
      (1e-5, 10), (1e-10, 1e10),
    ]
    for (lower, upper) in ends {
      let (below, above) = (curve.below(lower, upper), curve.above(lower, upper))
      let middle = lower.squareRoot() * upper.squareRoot()
      for x in [lower, upper, min(max(middle, lower), upper), lower / 2 + upper / 2] {
        let value = pow(x, exponent)
        let range = curve.range(lower, upper)
        let slack = 1e-14 * (value + abs(below.slope * x) + abs(above.slope * x))
        #expect(range.lower <= value * (1 + 1e-14) && value * (1 - 1e-14) <= range.upper)
        #expect(below.slope * x + below.intercept <= value + slack, "\(lower) \(upper) \(x)")
        #expect(above.slope * x + above.intercept >= value - slack, "\(lower) \(upper) \(x)")
      }
    }
  }
}
