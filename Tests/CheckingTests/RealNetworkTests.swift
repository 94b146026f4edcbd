import Foundation
import ModelFiles
import Networks
import Proofs
import Properties
import TestSupport
import Testing

@testable import Checking

/// Networks of the benchmarks, with bounds by another tool and with claims that are known to be false.
@Suite("Certificates about real networks")
struct RealNetworkTests {
  private struct Reference: Decodable {
    struct Instance: Decodable {
      struct Bounds: Decodable {
        var margin_lower: [Double]
      }
      var lower: [Double]
      var upper: [Double]
      var label: Int
      var bounds: [String: Bounds?]
    }
    var instances: [Instance]
  }

  @Test(
    "Margins are those of another tool, less what rounding costs",
    .needsShared("reference/bounds/resnet_2b.json"),
    arguments: ["mnist-net_256x2", "cnn_bn_small", "resnet_2b"])
  func referenceBounds(name: String) throws {
    let model = try #require(SharedFolder.path("reference/models/\(name).onnx"))
    let file = try #require(SharedFolder.path("reference/bounds/\(name).json"))
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let reference = try decoder.decode(
      Reference.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    for isPlain in [false, true] where !isPlain || name != "resnet_2b" {
      let network = try CheckedNetwork(contentsOf: model, isPlain: isPlain)
      let graph = try Network(contentsOf: model)
      // Each node that a ReLU reads.
      let passes = graph.nodes.filter { $0.operation is ReLU }.compactMap {
        network.tensors[$0.inputs[0]].map { LinearProof.Pass($0) }
      }
      let instance = try #require(reference.instances.first)
      let claim = try network.prepare(
        network.claim(
          .box(lower: NumberArray(instance.lower), upper: NumberArray(instance.upper)),
          .label(instance.label)))
      for (key, proof) in [
        ("IBP", Proof.interval(weights: nil)), ("CROWN-IBP", .linear(LinearProof())),
        ("CROWN", .linear(LinearProof(passes: passes))),
      ] {
        let margins = try #require(instance.bounds[key] ?? nil).margin_lower
        let bounds = try claim.prove(proof).bounds
        #expect(bounds.count == margins.count)
        for (own, other) in zip(bounds, margins) {
          // Those of that network were made from parameters before they were rounded to the 32 bits of the model.
          let room = (name == "cnn_bn_small" ? 1e-7 : 1e-10) * (1 + abs(other))
          #expect(own > other - room, "\(key): \(own), expected \(other)")
          // Passes are cut to the intervals here, and not there.
          if key != "CROWN" { #expect(own < other + room, "\(key): \(own), expected \(other)") }
        }
      }
    }
  }

  /// A property as a certificate states it.
  private func claims(
    _ path: String, _ network: CheckedNetwork, _ meanings: [Claim.Meaning]
  ) throws -> [Claim] {
    let property = try Property(contentsOf: path)
    return property.groups.map { group in
      network.claim(
        .box(lower: NumberArray(group.region.lower), upper: NumberArray(group.region.upper)),
        .conditions(
          group.conditions.map { condition in
            condition.constraints.map { constraint in
              OutputProperty.Constraint(
                outputs: constraint.outputs.map { .init($0.index, ExactNumber($0.coefficient)) },
                inputs: constraint.inputs.map { .init($0.index, ExactNumber($0.coefficient)) },
                bound: ExactNumber(constraint.bound), isStrict: constraint.isStrict)
            }
          }), meanings)
    }
  }

  private static let falseClaims = [
    "unsound-averagepool-ceil-count", "unsound-box-of-one-unit", "unsound-certified-float32-corner",
    "unsound-clip-huge-bound", "unsound-reciprocal-after-sum",
    "unsound-relu-wide-inputs-float32", "unsound-sign-after-sum",
  ]

  @Test(
    "False claims from the field are rejected under every rule",
    .needsShared("field/unsound-box-of-one-unit/model.onnx"), arguments: falseClaims)
  func falseClaimsAreRejected(name: String) throws {
    let model = try #require(SharedFolder.path("field/\(name)/model.onnx"))
    let network = try CheckedNetwork(contentsOf: model)
    let path = try #require(SharedFolder.path("field/\(name)/prop.vnnlib"))
    let passes = network.tensors.dropFirst().compactMap { $0.map { LinearProof.Pass($0) } }
    var tree = TreeProof.Branch.leaf(.linear(LinearProof()))
    for element in 0..<3 {
      tree = .cut(.init(.input(min(element, 0)), at: exact("0.5")), below: tree, above: tree)
    }
    for meanings in [[Claim.Meaning.real], [.binary32], [.real, .binary32]] {
      for claim in try claims(path, network, meanings) {
        for proof in [
          Proof.interval(weights: nil), .linear(LinearProof()),
          .linear(LinearProof(passes: passes)),
          .tree(TreeProof(root: tree)), .tree(TreeProof(passes: passes, root: tree)),
        ] {
          #expect(!network.check(Certificate(claim: claim, proof: proof)).isAccepted)
        }
      }
    }
  }

  @Test(
    "A true claim with a tie is accepted",
    .needsShared("field/unsound-strict-inequality/model.onnx"))
  func strictTie() throws {
    let model = try #require(SharedFolder.path("field/unsound-strict-inequality/model.onnx"))
    let network = try CheckedNetwork(contentsOf: model)
    let path = try #require(SharedFolder.path("field/unsound-strict-inequality/prop.vnnlib"))
    for claim in try claims(path, network, [.real, .binary32]) {
      #expect(
        network.check(Certificate(claim: claim, proof: .interval(weights: nil))) == .accepted)
    }
  }

  @Test(
    "Boxes of ACAS Xu: lines with passes prove a property by halving, and not one that is violated",
    .needsShared("benchmarks/acasxu"))
  func acasxu() throws {
    let model = try #require(SharedFolder.path("reference/models/ACASXU_run2a_1_1_batch_2000.onnx"))
    let network = try CheckedNetwork(contentsOf: model)
    let graph = try Network(contentsOf: model)
    let passes = graph.nodes.filter { $0.operation is ReLU }.compactMap {
      network.tensors[$0.inputs[0]].map { LinearProof.Pass($0) }
    }
    #expect(passes.count == 6)
    let center = [0.6, 0.0, 0.0, 0.45, -0.45]
    let box = InputRegion.box(
      lower: NumberArray(center.map { $0 - 0.02 }), upper: NumberArray(center.map { $0 + 0.02 }))
    // The first output is about -0.02 there: whole, and in parts, it is shown to be above something below that.
    let one = exact("1")
    let claim = try network.prepare(network.claim(box, above(exact("-1"), [.init(0, one)])))
    let whole = try claim.prove(.linear(LinearProof(passes: passes))).leastBound
    let leaf = TreeProof.Branch.leaf(.linear(LinearProof(passes: passes)))
    var tree = leaf
    for (input, value) in center.enumerated() {
      tree = .cut(.init(.input(input), at: ExactNumber(value)), below: tree, above: tree)
    }
    let parts = try claim.prove(.tree(TreeProof(passes: passes, root: tree))).leastBound
    #expect(whole.isFinite && parts >= whole)
    var arithmetic = ExactArithmetic()
    let value = evaluated(graph, at: center, &arithmetic)[graph.output][0].nearest
    // The function is the output less the bound.
    #expect(parts <= value + 1 && parts > value)
    let tight = network.claim(
      box, above(ExactNumber(value + 1e-6), [.init(0, one)]))
    #expect(
      !network.check(
        Certificate(claim: tight, proof: .tree(TreeProof(passes: passes, root: tree)))
      ).isAccepted)
  }
}
