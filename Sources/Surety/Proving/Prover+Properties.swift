import Bounds
import Checking
import Foundation
import Proofs
import Properties

extension Prover {
  /// Certificates of what was found about a property, one for each of its regions that matters: all of them where it holds, the violated
  /// one where it does not.
  ///
  /// - Parameters:
  ///   - verification: What was found.
  ///   - recorder: The boxes that the search closed.
  ///   - seconds: How long to look for a proof.
  /// - Returns: The certificates, each a line of JSON; nil where a region has no proof.
  public func certificates(
    of property: Property, _ verification: Verification, _ recorder: BoxRecorder? = nil,
    within seconds: Double
  ) -> [String]? {
    let deadline = Date(timeIntervalSinceNow: seconds)
    switch verification.answer {
    case .holds:
      var lines: [String] = []
      for (index, group) in property.groups.enumerated() {
        guard let claim = claim(group, of: property, .holds),
          let line = certificate(
            of: claim, decidedBy: verification.method, recorder?.cuts(of: index),
            property.questions[index], mixes: property.mixesInputsAndOutputs, deadline)
        else { return nil }
        lines.append(line)
      }
      return lines
    case .violated(let witness):
      let input = witness.input
      for group in property.groups where group.region.contains(input) {
        let proofs = [Proof.counterexample(Proofs.NumberArray(input))]
        if let claim = claim(group, of: property, .violated),
          let certificate = certificate(of: claim, by: proofs)
        {
          return [certificate.line]
        }
      }
      return nil
    case .unknown, .timeout: return nil
    }
  }

  private func certificate(
    of claim: Proofs.Claim, decidedBy method: String?, _ cuts: RecordedCuts?, _ question: Question,
    mixes mixesInputs: Bool, _ deadline: Date
  ) -> String? {
    let region = question.region
    let proofs = proofs(for: method.flatMap(BoundMethod.init) ?? .ibp)
    if let certificate = certificate(of: claim, by: proofs) { return certificate.line }
    guard let cuts else {
      guard !mixesInputs else { return nil }
      return certificate(of: claim, by: question, in: read.simplified(), until: deadline)?.line
    }
    for meanings in [[Proofs.Claim.Meaning.real, .binary32], [.real]] {
      var claim = claim
      claim.meanings = meanings
      guard let prepared = try? network.prepare(claim) else { continue }
      let prover = TreeProver(
        claim: prepared, passes: passes, lower: region.lower, upper: region.upper,
        deadline: deadline)
      if let proof = try? prover.proof(by: cuts) {
        return Certificate(claim: claim, proof: proof).line
      }
    }
    return nil
  }

  /// What a property says about one of its regions; nil where the format has no words for it.
  private func claim(
    _ group: RegionGroup, of property: Property, _ verdict: Proofs.Claim.Verdict
  ) -> Proofs.Claim? {
    guard group.region.ball == nil else { return nil }
    var conditions: [[OutputProperty.Constraint]] = []
    for condition in group.conditions {
      var constraints: [OutputProperty.Constraint] = []
      for constraint in condition.constraints {
        guard let bound = constraint.exactBound else { return nil }
        func terms(_ exact: [LinearConstraint.ExactTerm]) -> [OutputProperty.Term] {
          exact.map { .init($0.index, ExactNumber($0.coefficient)) }
        }
        constraints.append(
          .init(
            outputs: terms(constraint.exactOutputs), inputs: terms(constraint.exactInputs),
            bound: ExactNumber(bound), isStrict: constraint.isStrict))
      }
      conditions.append(constraints)
    }
    return Proofs.Claim(
      network: .init(sha256: network.sha256, input: network.input, output: network.output),
      meanings: [.real],
      region: .box(
        lower: Proofs.NumberArray(group.region.lower), upper: Proofs.NumberArray(group.region.upper)
      ),
      property: .conditions(conditions), verdict: verdict,
      words: "\(property.source): "
        + group.conditions.map { condition in
          condition.constraints.map(\.description).joined(separator: " and ")
        }.joined(separator: ", or "))
  }
}
