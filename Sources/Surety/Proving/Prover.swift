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
  /// The arithmetics that certificates are to be about.
  public var meaning = MeaningChoice.strongest
  /// The network of the model file, as the checker reads it.
  let network: CheckedNetwork
  /// The network as it was read, for searches.
  let read: Network
  /// The nodes that passes are made at, in order: those that activations read and that intervals alone do not bound exactly.
  let passes: [LinearProof.Pass]
  /// The norms of its linear maps.
  let norms = FoundNorms()

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

  /// The lists of meanings that are tried, in order.
  var meanings: [[Proofs.Claim.Meaning]] {
    switch meaning {
    case .strongest: [[.real, .binary32], [.real]]
    case .both: [[.real, .binary32]]
    case .real: [[.real]]
    }
  }

  /// A certificate that the checker accepts, under as many meanings as it accepts it.
  ///
  /// - Parameters:
  ///   - claim: What is claimed; its meanings are chosen here.
  ///   - proofs: What may prove it, cheapest first.
  /// - Throws: `NoCertificate` where none of the proofs does.
  func certificate(
    of claim: Proofs.Claim, by proofs: [Proof], _ limits: ProofLimits
  ) throws(NoCertificate) -> Certificate {
    try certificate(of: claim) { (claim) throws(NoCertificate) in
      try accepted(claim, proofs, limits)
    }
  }

  /// A certificate of a claim under the first list of meanings for which there is a proof.
  ///
  /// - Parameter prove: Finds the proof of a claim with its meanings.
  /// - Throws: `NoCertificate` where there is none; where single precision was asked for, it says whether the claim holds for exact
  ///   reals at least.
  func certificate(
    of claim: Proofs.Claim, _ prove: (Proofs.Claim) throws(NoCertificate) -> Proof
  ) throws(NoCertificate) -> Certificate {
    func attempt(
      _ meanings: [Proofs.Claim.Meaning]
    ) throws(NoCertificate) -> Certificate {
      var claim = claim
      claim.meanings = meanings
      return Certificate(claim: claim, proof: try prove(claim))
    }
    var problem = NoCertificate.insufficient
    for meanings in meanings {
      do throws(NoCertificate) {
        return try attempt(meanings)
      } catch {
        if error == .late || error == .interrupted { throw error }
        problem = error
      }
    }
    guard meaning == .both, (try? attempt([.real])) != nil else { throw problem }
    if case .refused(let reason) = problem { throw .realAlone(reason) }
    throw .realAlone(nil)
  }

  /// The first of several proofs that the checker accepts.
  private func accepted(
    _ claim: Proofs.Claim, _ proofs: [Proof], _ limits: ProofLimits
  ) throws(NoCertificate) -> Proof {
    guard claim.verdict == .holds else {
      for proof in proofs {
        try limits.check()
        if network.check(Certificate(claim: claim, proof: proof)) == .accepted { return proof }
      }
      if let obstacle = obstacle(to: claim) { throw .refused(obstacle) }
      throw .insufficient
    }
    let prepared = try prepare(claim)
    for proof in proofs {
      try limits.check()
      if try outcome(prepared, proof).isProved { return proof }
    }
    throw .insufficient
  }

  /// A claim prepared for proofs.
  func prepare(_ claim: Proofs.Claim) throws(NoCertificate) -> PreparedClaim {
    do throws(Rejection) { return try network.prepare(claim) } catch {
      throw .refused(error.description)
    }
  }

  /// What a proof shows.
  func outcome(
    _ prepared: PreparedClaim, _ proof: Proof
  ) throws(NoCertificate) -> ProofOutcome {
    do throws(Rejection) { return try prepared.prove(proof) } catch {
      throw .refused(error.description)
    }
  }

  /// Why the checker can say nothing about the region of a claim; nil where it can.
  private func obstacle(to claim: Proofs.Claim) -> String? {
    var claim = claim
    claim.verdict = .holds
    do throws(NoCertificate) {
      _ = try outcome(prepare(claim), .interval(weights: nil))
      return nil
    } catch {
      return error.words
    }
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
