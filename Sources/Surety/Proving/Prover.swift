import Bounds
import Checking
import Digests
import Files
import Foundation
import ModelFiles
import Networks
import Proofs
import Properties

/// Writes certificates of what was decided: for each claim the cheapest proof that the checker accepts.
///
/// Bounds and searches say which proof to try; whether it is one, the checker says, whose mathematics is its own. So a
/// certificate that is written was accepted when it was.
public struct Prover: Sendable {
  /// The network of the model file, as the checker reads it.
  let network: CheckedNetwork
  /// The network as it was read, for searches.
  let read: Network
  /// The nodes that passes are made at, in order: those that activations read and that intervals alone do not bound exactly.
  let passes: [LinearProof.Pass]

  /// Prepares proofs about a model file.
  ///
  /// - Parameters:
  ///   - network: The network as it was read.
  ///   - sha256: The digest of the file, decompressed.
  public init(_ network: Network, sha256: String) {
    self.network = CheckedNetwork(network, sha256: sha256)
    read = network
    let exact = network.isExactUnderIntervals
    passes = network.preactivations.filter { !exact[$0] }.compactMap {
      [tensors = self.network.tensors] in
      tensors[$0].map { LinearProof.Pass($0) }
    }
  }

  /// Prepares proofs about a model file, or says that they are not possible.
  ///
  /// - Returns: nil where the digest of the file says less than all about the network: its weights lie in other files, or inputs,
  ///   outputs or sizes were chosen.
  public init?(_ network: Network, of file: ModelFile) {
    guard file.parts.isEmpty, file.inputs.count == 1 else { return nil }
    self.init(network, sha256: Digests.sha256(of: file.content))
  }

  /// A certificate that the checker accepts, under as many meanings as it accepts it.
  ///
  /// - Parameters:
  ///   - claim: What is claimed; its meanings are chosen here.
  ///   - proofs: What may prove it, cheapest first.
  /// - Returns: nil where none of the proofs does.
  func certificate(of claim: Proofs.Claim, by proofs: [Proof]) -> Certificate? {
    for meanings in [[Proofs.Claim.Meaning.real, .binary32], [.real]] {
      var claim = claim
      claim.meanings = meanings
      if let proof = accepted(claim, proofs) { return Certificate(claim: claim, proof: proof) }
    }
    return nil
  }

  /// A certificate by slopes of functions' own and by signs, where lines of the usual slopes do not suffice.
  ///
  /// - Parameters:
  ///   - question: The region and the conditions of the claim, in its order.
  ///   - bounded: The network that the question is about, simplified.
  func certificate(
    of claim: Proofs.Claim, by question: Question, in bounded: Network, until deadline: Date,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) -> Certificate? {
    var claim = claim
    claim.meanings = [.real]
    guard let prepared = try? network.prepare(claim),
      let lines = try? prepared.prove(.linear(LinearProof(passes: passes)))
    else { return nil }
    let open = lines.bounds.indices.filter { !(lines.bounds[$0] > 0) }
    guard lines.bounds.count == question.conditions.count else { return nil }
    var prover = SignProver(
      network: bounded, checked: network, passes: passes, deadline: deadline)
    prover.isCancelled = isCancelled
    let rest = Question(region: question.region, conditions: open.map { question.conditions[$0] })
    guard var parts = prover.parts(of: rest, open) else { return nil }
    let closed = lines.bounds.indices.filter { lines.bounds[$0] > 0 }
    if !closed.isEmpty {
      parts.insert(
        .init(conditions: closed, proof: .linear(LinearProof(passes: passes))), at: 0)
    }
    let proof = parts.count == 1 && lines.bounds.count == 1 ? parts[0].proof : .each(parts)
    return certificate(of: claim, by: [proof])
  }

  private func accepted(_ claim: Proofs.Claim, _ proofs: [Proof]) -> Proof? {
    do throws(Rejection) {
      if claim.verdict == .violated {
        return proofs.first {
          network.check(Certificate(claim: claim, proof: $0)) == .accepted
        }
      }
      let prepared = try network.prepare(claim)
      for proof in proofs where try prepared.prove(proof).isProved { return proof }
    } catch {}
    return nil
  }

  /// What may prove that a property holds that a method of bounds decided, cheapest first.
  func proofs(for method: BoundMethod) -> [Proof] {
    let (intervals, lines) = (Proof.interval(weights: nil), Proof.linear(LinearProof()))
    let rows = Proof.linear(LinearProof(passes: passes))
    return switch method {
    case .ibp: [intervals, lines, rows]
    case .crownIBP: [lines, rows]
    case .forward, .crown, .alphaCROWN: [rows]
    }
  }
}
