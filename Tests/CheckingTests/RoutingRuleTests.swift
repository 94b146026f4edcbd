import Foundation
import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Checking

/// Choices of tokens by their scores, and what is chosen by them.
@Suite("Routing in the checker")
struct RoutingRuleTests {
  private let tokens = 3

  /// The marks of three tokens whose scores are the inputs.
  private func marks(_ kept: Int) throws -> Network {
    var network = Network(input: [1, tokens])
    let scores = try network.add(Reshape(to: [1, tokens, 1]), [0])
    let marks = try network.add(TopTokens(kept, of: tokens), [scores])
    network.setOutput(try network.add(Reshape(to: [1, tokens]), [marks]), named: "marks")
    return network
  }

  /// Three scores, and what becomes of three numbers: the double of those that are kept, the negation of the others.
  private func choice(_ kept: Int) throws -> Network {
    var network = Network(input: [1, 2 * tokens])
    func half(_ first: Int) throws -> Int {
      let indices = (first..<first + tokens).map(Int32.init)
      let part = try network.add(Selection(axis: 1, indices: indices), [0])
      return try network.add(Reshape(to: [1, tokens, 1]), [part])
    }
    let (scores, values) = (try half(0), try half(tokens))
    let marks = try network.add(TopTokens(kept, of: tokens), [scores])
    let two = network.addParameter("two", Tensor([1], [2]))
    let double = try network.add(MultiplyConstant(two), [values])
    let negated = try network.add(Negate(), [values])
    let chosen = try network.add(Choose(), [marks, double, negated])
    network.setOutput(try network.add(Reshape(to: [1, tokens]), [chosen]), named: "chosen")
    return network
  }

  private func region(_ lower: [Double], _ upper: [Double]) -> InputRegion {
    .box(lower: NumberArray(lower), upper: NumberArray(upper))
  }

  /// What is proved to be below the least value of an output, or of its negation, by both rules.
  private func bounds(
    _ checked: CheckedNetwork, _ lower: [Double], _ upper: [Double], _ output: Int,
    isNegated: Bool = false
  ) throws -> [Double] {
    let terms = [OutputProperty.Term(output, exact(isNegated ? "-1" : "1"))]
    let claim = try checked.prepare(
      checked.claim(region(lower, upper), above(exact("0"), terms)))
    return try [Proof.interval(weights: nil), .linear(LinearProof())].map {
      try claim.prove($0).leastBound
    }
  }

  /// All ways to take one of the two ends of every interval.
  private func corners(_ lower: [Double], _ upper: [Double]) -> [[Double]] {
    zip(lower, upper).reduce([[]]) { points, ends in
      Set([ends.0, ends.1]).flatMap { end in points.map { $0 + [end] } }
    }
  }

  private func values(_ network: Network, at point: [Double]) -> [Double] {
    network.evaluate(
      Tensor(Shape([1, 1, point.count]), point), network.parameters(as: Tensor<Double>.self)
    ).scalars
  }

  @Test(
    "A mark is known just where all scores of a box agree on it, ties included", arguments: 1...3)
  func decided(_ kept: Int) throws {
    let network = try marks(kept)
    let checked = CheckedNetwork(network, sha256: noDigest)
    let intervals: [(Double, Double)] = [(0, 0), (-1, 0), (0, 1), (-1, 1)]
    for first in intervals {
      for second in intervals {
        for third in intervals {
          let boxes = [first, second, third]
          let (lower, upper) = (boxes.map(\.0), boxes.map(\.1))
          let all = corners(lower, upper).map { values(network, at: $0) }
          for token in 0..<tokens {
            let least = all.map { $0[token] }.min() ?? 0
            let most = all.map { $0[token] }.max() ?? 0
            for bound in try bounds(checked, lower, upper, token) {
              #expect(abs(bound - least) < 1e-9, "\(boxes) \(token) \(bound)")
            }
            for bound in try bounds(checked, lower, upper, token, isNegated: true) {
              #expect(abs(bound + most) < 1e-9, "\(boxes) \(token) \(bound)")
            }
          }
        }
      }
    }
  }

  @Test("What is chosen lies within the bounds, which are its own where the choice is known")
  func chosen() throws {
    var random = SplitMix64(seed: 17)
    var (known, unknown) = (0, 0)
    for trial in 0..<40 {
      let kept = 1 + trial % 2
      let network = try choice(kept)
      let checked = CheckedNetwork(network, sha256: noDigest)
      let center = (0..<2 * tokens).map { _ in Double(Int.random(in: -4...4, using: &random)) / 4 }
      let width = [0, 0.125, 0.25, 0.5][Int.random(in: 0..<4, using: &random)]
      let (lower, upper) = (center.map { $0 - width }, center.map { $0 + width })
      let all = corners(lower, upper)
      let marks = try self.marks(kept)
      let choices = all.map { values(marks, at: Array($0.prefix(tokens))) }
      for output in 0..<tokens {
        let isKnown = Set(choices.map { $0[output] }).count == 1
        if isKnown { known += 1 } else { unknown += 1 }
        let ends = all.map { values(network, at: $0)[output] }
        let (least, most) = (ends.min() ?? 0, ends.max() ?? 0)
        for (bound, value) in zip(
          try bounds(checked, lower, upper, output)
            + bounds(checked, lower, upper, output, isNegated: true), [least, least, -most, -most])
        {
          #expect(bound <= value + 1e-12, "trial \(trial), \(output)")
          if isKnown {
            #expect(bound > value - 1e-9, "trial \(trial), \(output): \(bound) \(value)")
          }
        }
      }
    }
    #expect(known > 20 && unknown > 20, "\(known) known, \(unknown) unknown")
  }

  @Test("A certificate is rejected with another number of tokens kept, region, bound or meaning")
  func changed() throws {
    let (lower, upper) = ([0, 1, 2, 1, 1, 1.0], [0.5, 1.5, 2.5, 1.5, 1.5, 1.5])
    func certificate(
      _ kept: Int, _ bound: Double, upper: [Double], _ meanings: [Claim.Meaning] = [.real]
    ) throws -> (CheckedNetwork, Certificate) {
      let checked = CheckedNetwork(try choice(kept), sha256: noDigest)
      let claim = checked.claim(
        region(lower, upper), above(ExactNumber(bound), [.init(1, exact("1"))]), meanings)
      return (checked, Certificate(claim: claim, proof: .linear(LinearProof())))
    }
    func isAccepted(_ pair: (CheckedNetwork, Certificate)) -> Bool {
      pair.0.check(pair.1).isAccepted
    }
    // The second token is kept where two are, and doubled; where one is, it is left out.
    #expect(try isAccepted(certificate(2, 1.99, upper: upper)))
    #expect(try !isAccepted(certificate(1, 1.99, upper: upper)))
    #expect(try !isAccepted(certificate(2, 2.01, upper: upper)))
    #expect(try !isAccepted(certificate(2, 1.99, upper: upper, [.real, .binary32])))
    // The first token's score reaches that of the second: equal ones are the earlier token's.
    #expect(try !isAccepted(certificate(2, 1.99, upper: [1, 1.5, 2.5, 1.5, 1.5, 1.5])))
    #expect(
      try isAccepted(
        certificate(2, 1.99, upper: [1 - 0x1p-40, 1.5, 2.5, 1.5, 1.5, 1.5])))
  }

  @Test("Comparisons with 0 are strict or not, and a choice by what is no comparison has no rule")
  func refused() throws {
    let (open, closed) = (UnitStep(includesZero: false), UnitStep(includesZero: true))
    #expect(open.range(0, 0).upper == 0 && closed.range(0, 0).lower == 1)
    #expect(open.range(-1, 0).upper == 0 && closed.range(-1, 0).upper == 1)
    #expect(open.range(-0.0, 0x1p-1074).lower == 0 && open.range(0x1p-1074, 1).lower == 1)
    var network = Network(input: [1, 2])
    let clipped = try network.add(Clip(lower: 0, upper: 1), [0])
    let negated = try network.add(Negate(), [0])
    network.setOutput(try network.add(Choose(), [clipped, 0, negated]), named: "chosen")
    let checked = CheckedNetwork(network, sha256: noDigest)
    let claim = checked.claim(region([2, 2], [3, 3]), above(exact("0"), [.init(0, exact("1"))]))
    let result = checked.check(Certificate(claim: claim, proof: .interval(weights: nil)))
    #expect(!result.isAccepted)
    #expect("\(result)".contains("Where"), "\(result)")
  }
}
