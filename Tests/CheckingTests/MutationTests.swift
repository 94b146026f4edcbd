import Foundation
import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Checking

/// Certificates that are accepted, and what becomes of them when something in them is changed.
///
/// The claims are as tight as their proofs allow, so that nearly every change takes the proof away. A change that the checker accepts
/// all the same must leave a claim that is true: inputs of its region are then looked at one by one, without rounding.
@Suite("Changed certificates")
struct MutationTests {
  /// A way to change a certificate, as text.
  struct Mutation: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Whether a changed certificate may still be accepted.
    var mayBeAccepted = false
    /// The changed line; nil where the certificate has nothing to change.
    var change: @Sendable (Certificate, inout SplitMix64) -> String?
  }

  private static func text(
    _ name: String, _ old: String, _ new: String
  ) -> Mutation {
    Mutation(testDescription: name) { certificate, _ in
      let line = certificate.line
      guard let range = line.range(of: old) else { return nil }
      return line.replacingCharacters(in: range, with: new)
    }
  }

  private static func claim(
    _ name: String, mayBeAccepted: Bool = false,
    _ change: @escaping @Sendable (inout Claim, inout SplitMix64) -> Bool
  ) -> Mutation {
    Mutation(testDescription: name, mayBeAccepted: mayBeAccepted) { certificate, random in
      var certificate = certificate
      guard change(&certificate.claim, &random) else { return nil }
      return certificate.line
    }
  }

  private static func proof(
    _ name: String, mayBeAccepted: Bool = false,
    _ change: @escaping @Sendable (Proof, inout SplitMix64) -> Proof?
  ) -> Mutation {
    Mutation(testDescription: name, mayBeAccepted: mayBeAccepted) { certificate, random in
      var certificate = certificate
      guard let changed = change(certificate.proof, &random) else { return nil }
      certificate.proof = changed
      return certificate.line
    }
  }

  private static func linear(
    _ name: String, mayBeAccepted: Bool = false,
    _ change: @escaping @Sendable (inout LinearProof, inout SplitMix64) -> Bool
  ) -> Mutation {
    proof(name, mayBeAccepted: mayBeAccepted) { proof, random in
      switch proof {
      case .linear(var linear): return change(&linear, &random) ? .linear(linear) : nil
      case .tree(var tree):
        guard case .cut(let cut, .leaf(.linear(var leaf)), let above) = tree.root,
          change(&leaf, &random)
        else { return nil }
        tree.root = .cut(cut, below: .leaf(.linear(leaf)), above: above)
        return .tree(tree)
      default: return nil
      }
    }
  }

  static let mutations: [Mutation] = [
    text("another version", "\"version\": 1", "\"version\": 3"),
    text("a field that nobody knows", "\"claim\"", "\"hint\": 1, \"claim\""),
    text(
      "a field twice", "\"verdict\": \"holds\"", "\"verdict\": \"holds\", \"verdict\": \"holds\""),
    text("another verdict", "\"holds\"", "\"violated\""),
    text(
      "NaN for a number", "\"dtype\": \"f64\", \"shape\": [5], \"data\": \"",
      "\"dtype\": \"f64\", \"shape\": [5], \"data\": \"AAAAAAAA+H8"),
    text("another type of array", "\"dtype\": \"f64\"", "\"dtype\": \"f32\""),
    text("another shape", "\"shape\": [5]", "\"shape\": [4]"),
    text("a rule that needs no proof", "\"rule\": \"", "\"rule\": \"trusted-"),
    Mutation(testDescription: "cut off") { certificate, random in
      let line = certificate.line
      return String(line.prefix(Int.random(in: 1..<line.count, using: &random)))
    },
    claim("another model") { claim, _ in
      claim.network.sha256 = String(repeating: "1", count: 64)
      return true
    },
    claim("another output") { claim, _ in
      claim.network.output += "2"
      return true
    },
    claim("the ends of the region swapped") { claim, _ in
      guard case .box(let lower, let upper) = claim.region else { return false }
      claim.region = .box(lower: upper, upper: lower)
      return true
    },
    claim("a widened region", mayBeAccepted: true) { claim, random in
      guard case .box(let lower, let upper) = claim.region else { return false }
      var ends = upper.stored
      ends[Int.random(in: 0..<5, using: &random)] += 0.5
      claim.region = .box(lower: lower, upper: NumberArray(ends))
      return true
    },
    claim("a higher bound") { claim, _ in
      guard case .conditions(var list) = claim.property, let value = list[0][0].bound.text.hexValue
      else { return false }
      list[0][0].bound = ExactNumber(value + 1e-3)
      claim.property = .conditions(list)
      return true
    },
    claim("a digit of the bound", mayBeAccepted: true) { claim, random in
      guard case .conditions(var list) = claim.property else { return false }
      var digits = Array(list[0][0].bound.text)
      let places = digits.indices.filter { digits[$0].isHexDigit && $0 > 3 }
      guard let place = places.randomElement(using: &random) else { return false }
      digits[place] = "0123456789".randomElement(using: &random) ?? "0"
      guard let changed = ExactNumber(String(digits)) else { return false }
      list[0][0].bound = changed
      claim.property = .conditions(list)
      return true
    },
    claim("an output swapped for another", mayBeAccepted: true) { claim, _ in
      guard case .conditions(var list) = claim.property else { return false }
      (list[0][0].outputs[0].coefficient, list[0][0].outputs[1].coefficient) = (
        list[0][0].outputs[1].coefficient, list[0][0].outputs[0].coefficient
      )
      claim.property = .conditions(list)
      return true
    },
    claim("a condition without constraints") { claim, _ in
      guard case .conditions(let list) = claim.property else { return false }
      claim.property = .conditions(list + [[]])
      return true
    },
    claim("an output that there is not") { claim, _ in
      guard case .conditions(var list) = claim.property else { return false }
      list[0][0].outputs[0].index = 1000
      claim.property = .conditions(list)
      return true
    },
    linear("no passes", mayBeAccepted: true) { linear, _ in
      defer { linear.passes = [] }
      return !linear.passes.isEmpty
    },
    linear("passes in another order") { linear, _ in
      guard linear.passes.count > 1 else { return false }
      linear.passes.swapAt(0, 1)
      return true
    },
    linear("a pass at a node that there is not") { linear, _ in
      linear.passes.append(.init("nowhere"))
      return true
    },
    linear("a pass over an element that there is not") { linear, _ in
      guard let last = linear.passes.last else { return false }
      linear.passes[linear.passes.count - 1] = .init(last.node, elements: [1000])
      return true
    },
    linear("another slope", mayBeAccepted: true) { linear, random in
      guard let own = linear.slopes.first, !own.values.isEmpty else { return false }
      linear.slopes[0].values[0] ^= 0x5a
      return true
    },
    linear("slopes of a row that there is not") { linear, _ in
      guard !linear.slopes.isEmpty else { return false }
      linear.slopes[0].row = 9
      return true
    },
    linear("slopes twice") { linear, _ in
      guard let own = linear.slopes.first else { return false }
      linear.slopes.append(own)
      return true
    },
    linear("a weight of zero") { linear, _ in
      linear.weights = [[[0]]]
      return true
    },
    linear("other multipliers", mayBeAccepted: true) { linear, _ in
      guard !linear.multipliers.isEmpty else { return false }
      linear.multipliers[0].values = linear.multipliers[0].values.map { $0 + 0.75 }
      return true
    },
    linear("one multiplier more") { linear, _ in
      guard !linear.multipliers.isEmpty else { return false }
      linear.multipliers[0].values.append(0)
      return true
    },
    Mutation(testDescription: "a negative multiplier") { certificate, _ in
      guard case .tree(let tree) = certificate.proof,
        case .cut(_, .leaf(.linear(let leaf)), _) = tree.root, let own = leaf.multipliers.first
      else { return nil }
      func data(_ values: [Double]) -> String {
        values.withUnsafeBytes { Data($0) }.base64EncodedString()
      }
      return certificate.line.replacingOccurrences(
        of: data(own.values), with: data(own.values.map { -$0 - 1 }))
    },
    proof("a cut elsewhere", mayBeAccepted: true) { proof, _ in
      guard case .tree(var tree) = proof, case .cut(var cut, let below, let above) = tree.root,
        let at = ExactNumber("7")
      else { return nil }
      cut.at = at
      tree.root = .cut(cut, below: below, above: above)
      return .tree(tree)
    },
    proof("the sides of a cut swapped", mayBeAccepted: true) { proof, _ in
      guard case .tree(var tree) = proof, case .cut(let cut, let below, let above) = tree.root
      else { return nil }
      tree.root = .cut(cut, below: above, above: below)
      return .tree(tree)
    },
    proof("a leaf that claims to be empty") { proof, _ in
      guard case .tree(var tree) = proof, case .cut(let cut, let below, _) = tree.root
      else { return nil }
      tree.root = .cut(cut, below: below, above: .leaf(.empty))
      return .tree(tree)
    },
    proof("a leaf dropped") { proof, _ in
      guard case .tree(var tree) = proof, case .cut(let cut, let below, _) = tree.root
      else { return nil }
      tree.root = .cut(cut, below: below, above: .leaf(.each([])))
      return .tree(tree)
    },
    proof("a cut at an element that there is not") { proof, _ in
      guard case .tree(var tree) = proof, case .cut(var cut, let below, let above) = tree.root
      else { return nil }
      cut.place = .input(5)
      tree.root = .cut(cut, below: below, above: above)
      return .tree(tree)
    },
    proof("no proof of any condition") { _, _ in .each([]) },
  ]

  @Test("There are enough certificates to change")
  func enough() {
    let products = Self.accepted.filter { network, _, _ in
      network.nodes.contains { $0.operation is Multiply || $0.operation is MatrixProduct }
    }
    #expect(Self.accepted.count - products.count >= 60)
    #expect(products.count >= 20)
  }

  @Test("Whatever takes the proof away is rejected", arguments: mutations)
  func mutated(mutation: Mutation) throws {
    var (changed, survivors) = (0, 0)
    var random = SplitMix64(seed: 8)
    for (network, checked, certificate) in Self.accepted {
      guard let line = mutation.change(certificate, &random), line != certificate.line else {
        continue
      }
      changed += 1
      guard let read = try? Certificate.read(line: Array(line.utf8)), checked.check(read).isAccepted
      else { continue }
      survivors += 1
      #expect(mutation.mayBeAccepted, "\(line)")
      try expectTrue(read.claim, network, &random)
    }
    #expect(changed >= 10)
    // A change that is mostly harmless would test nothing.
    if mutation.testDescription != "a digit of the bound" { #expect(survivors < changed) }
  }

  /// Looks for an input of the region that gives a violation.
  private func expectTrue(
    _ claim: Claim, _ network: Network, _ random: inout SplitMix64
  ) throws {
    guard case .box(let lower, let upper) = claim.region,
      case .conditions(let conditions) = claim.property
    else { return }
    for trial in 0..<100 {
      let point = (0..<lower.count).map { index -> Double in
        let (low, high) = (lower.stored[index], upper.stored[index])
        if trial < 50 { return Bool.random(using: &random) ? low : high }
        return Double.random(in: low...high, using: &random)
      }
      var arithmetic = ExactArithmetic()
      let output = evaluated(network, at: point, &arithmetic)[network.output]
      let isViolated = conditions.contains { constraints in
        constraints.allSatisfy { constraint in
          constraint.outputs.reduce(Rational.zero) { $0 + $1.coefficient.value * output[$1.index] }
            <= constraint.bound.value
        }
      }
      #expect(!isViolated, "a false claim was accepted: \(claim)")
    }
  }
}

extension String {
  /// The double that a hexadecimal float spells.
  fileprivate var hexValue: Double? { Double(self) }
}
