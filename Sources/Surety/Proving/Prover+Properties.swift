import Bounds
import Checking
import Foundation
import Proofs
import Properties
import Records

/// The certificates of what was found about a property.
public struct PropertyProof: Sendable {
  /// The certificates, each a line of JSON: one for each region where the property holds, one for the counterexample where it does not.
  public var lines: [String]
  /// What they are about, or why there are none.
  public var record: ProofRecord
  /// The part of the regions' volume that the certificates cover, where they are about parts alone.
  public var covered: Double?

  /// Creates the outcome of a search for proofs.
  public init(lines: [String] = [], record: ProofRecord) {
    (self.lines, self.record) = (lines, record)
  }
}

extension Prover {
  /// Certificates of what was found about a property, one for each of its regions that matters: all of them where it holds, the violated
  /// one where it does not.
  ///
  /// - Parameters:
  ///   - verification: What was found.
  ///   - recorder: The boxes that the search closed.
  ///   - limits: How long to look for a proof.
  /// - Returns: The certificates, none where a region has no proof; nil where nothing was decided.
  public func certificates(
    of property: Property, _ verification: Verification, _ recorder: BoxRecorder? = nil,
    _ limits: ProofLimits
  ) -> PropertyProof? {
    guard verification.answer.isDecided else { return nil }
    let begin = Date()
    do throws(NoCertificate) {
      let found = try found(property, verification, recorder, limits)
      let meaning = Proofs.Claim.Meaning.allCases.filter { meaning in
        found.allSatisfy { $0.claim.meanings.contains(meaning) }
      }
      return PropertyProof(
        lines: found.map(\.line),
        record: ProofRecord(
          meaning: meaning.map(\.rawValue), seconds: Date().timeIntervalSince(begin)))
    } catch {
      return PropertyProof(
        record: ProofRecord(missing: error.words, seconds: Date().timeIntervalSince(begin)))
    }
  }

  private func found(
    _ property: Property, _ verification: Verification, _ recorder: BoxRecorder?,
    _ limits: ProofLimits
  ) throws(NoCertificate) -> [Certificate] {
    guard case .violated(let witness) = verification.answer else {
      var found: [Certificate] = []
      for (index, group) in property.groups.enumerated() {
        let subject = Subject(
          claim: try claim(group, of: property, .holds), question: property.questions[index],
          mixesInputs: property.mixesInputsAndOutputs)
        found.append(
          try certificate(
            of: subject, decidedBy: verification.method, recorder?.cuts(of: index), limits))
      }
      return found
    }
    let input = witness.input
    var problem = NoCertificate.insufficient
    for group in property.groups where group.region.contains(input) {
      let proofs = [Proof.counterexample(Proofs.NumberArray(input))]
      do throws(NoCertificate) {
        return [try certificate(of: claim(group, of: property, .violated), by: proofs, limits)]
      } catch {
        problem = error
      }
    }
    throw problem
  }

  /// A claim about a region of a property, with the question that it answers.
  private struct Subject {
    var claim: Proofs.Claim
    var question: Question
    /// Whether conditions speak of inputs as well.
    var mixesInputs: Bool
  }

  private func certificate(
    of subject: Subject, decidedBy method: String?, _ cuts: RecordedCuts?, _ limits: ProofLimits
  ) throws(NoCertificate) -> Certificate {
    let problem: NoCertificate
    do throws(NoCertificate) {
      let proofs = proofs(for: method.flatMap(BoundMethod.init) ?? .ibp)
      return try certificate(of: subject.claim, by: proofs, limits)
    } catch {
      if error.isFinal { throw error }
      problem = error
    }
    do throws(NoCertificate) {
      guard let cuts else {
        guard !subject.mixesInputs else { throw problem }
        return try certificate(
          of: subject.claim, by: subject.question, in: read.simplified(), limits)
      }
      return try certificate(of: subject.claim) { (claim) throws(NoCertificate) in
        let prover = TreeProver(
          claim: try prepare(claim), passes: passes, lower: subject.question.region.lower,
          upper: subject.question.region.upper, limits: limits)
        return try prover.proof(by: cuts)
      }
    } catch {
      throw error == .insufficient ? problem : error
    }
  }

  /// What a property says about one of its regions.
  ///
  /// - Throws: `NoCertificate` where the format has no words for it.
  func claim(
    _ group: RegionGroup, of property: Property, _ verdict: Proofs.Claim.Verdict
  ) throws(NoCertificate) -> Proofs.Claim {
    guard group.region.ball == nil else {
      throw .refused("the format has no words for a ball of inputs")
    }
    var conditions: [[OutputProperty.Constraint]] = []
    for condition in group.conditions {
      var constraints: [OutputProperty.Constraint] = []
      for constraint in condition.constraints {
        guard let bound = constraint.exactBound else {
          throw .refused("a bound of the property has no exact value")
        }
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
