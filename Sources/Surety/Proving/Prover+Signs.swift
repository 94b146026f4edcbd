import Checking
import Networks
import Proofs
import Properties

extension Prover {
  /// A certificate by slopes of functions' own and by signs, where lines of the usual slopes do not suffice.
  ///
  /// - Parameters:
  ///   - question: The region and the conditions of the claim, in its order.
  ///   - bounded: The network that the question is about, simplified.
  /// - Throws: `NoCertificate` where the search comes to no end, or the checker does not accept what it found.
  func certificate(
    of claim: Proofs.Claim, by question: Question, in bounded: Network, _ limits: ProofLimits
  ) throws(NoCertificate) -> Certificate {
    var claim = claim
    // What is closed under the weakest list of meanings that will do needs no search.
    claim.meanings = meanings.last ?? [.real]
    let lines = try outcome(prepare(claim), .linear(LinearProof(passes: passes)))
    guard lines.bounds.count == question.conditions.count else { throw .insufficient }
    let open = lines.bounds.indices.filter { !(lines.bounds[$0] > 0) }
    let prover = SignProver(network: bounded, checked: network, passes: passes, limits: limits)
    let rest = Question(region: question.region, conditions: open.map { question.conditions[$0] })
    var parts = try prover.parts(of: rest, open)
    let closed = lines.bounds.indices.filter { lines.bounds[$0] > 0 }
    if !closed.isEmpty {
      parts.insert(
        .init(conditions: closed, proof: .linear(LinearProof(passes: passes))), at: 0)
    }
    let proof = parts.count == 1 && lines.bounds.count == 1 ? parts[0].proof : .each(parts)
    return try certificate(of: claim, by: [proof], limits)
  }
}
