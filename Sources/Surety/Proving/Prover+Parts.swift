import Foundation
import Proofs
import Properties
import Records
import Synchronization
import Tensors

extension Prover {
  /// Certificates of the parts of a property's regions in which a search ruled everything out before it was stopped.
  ///
  /// Each is a claim of its own about a box, the largest boxes first. None of them says that the property holds.
  ///
  /// - Parameters:
  ///   - recorder: The boxes that the search closed.
  ///   - limits: How long to look for proofs.
  /// - Returns: The certificates, with the part of the regions' volume that they cover; nil where the search closed no box.
  public func partialCertificates(
    of property: Property, _ recorder: BoxRecorder, _ limits: ProofLimits
  ) -> PropertyProof? {
    // A search over inputs that equalities leave free has boxes of those.
    guard property.untied() == nil else { return nil }
    let begin = Date()
    var parts: [ClosedPart] = []
    for (index, group) in property.groups.enumerated() {
      guard let claim = try? claim(group, of: property, .holds),
        let cuts = recorder.known(of: index)
      else { continue }
      parts += cuts.closed.map { ClosedPart(claim, group.region, index, $0.cuts, $0.path) }
    }
    guard !parts.isEmpty else { return nil }
    parts.sort { $0.volume > $1.volume }
    let found = Mutex<[(place: Int, certificate: Certificate)]>([])
    // A claim states the ends of all inputs.
    let most = min(10_000, Self.mostNumbers / max(1, parts[0].lower.count))
    let largest = Array(parts.prefix(most))
    Workers.forEach(largest.count) { place in
      guard let certificate = try? certificate(of: largest[place], limits) else { return }
      found.withLock { $0.append((place, certificate)) }
    }
    let seconds = Date().timeIntervalSince(begin)
    let proved = found.withLock { $0 }.sorted { $0.place < $1.place }
    guard !proved.isEmpty else {
      var problem = NoCertificate.insufficient
      do throws(NoCertificate) { try limits.check() } catch { problem = error }
      return PropertyProof(record: ProofRecord(missing: problem.words, seconds: seconds))
    }
    let covered =
      proved.reduce(0) { $0 + largest[$1.place].volume } / Double(property.groups.count)
    let meaning = Proofs.Claim.Meaning.allCases.filter { meaning in
      proved.allSatisfy { $0.certificate.claim.meanings.contains(meaning) }
    }
    var outcome = PropertyProof(
      lines: proved.map { place, certificate in
        var certificate = certificate
        certificate.claim.words = largest[place].words(of: property, covered, proved.count)
        return certificate.line
      }, record: ProofRecord(meaning: meaning.map(\.rawValue), seconds: seconds))
    outcome.covered = covered
    return outcome
  }

  /// How many ends of inputs are written at most.
  private static let mostNumbers = 4_000_000

  private func certificate(
    of part: ClosedPart, _ limits: ProofLimits
  ) throws(NoCertificate) -> Certificate {
    try certificate(of: part.claim) { (claim) throws(NoCertificate) in
      var prover = TreeProver(
        claim: try prepare(claim), passes: passes, lower: part.lower, upper: part.upper,
        limits: limits)
      // One stubborn box is not to take the time of all others.
      prover.mostFurther = 3
      return try prover.proof(by: part.cuts)
    }
  }
}

/// A box of a property's region in which everything is ruled out.
private struct ClosedPart: Sendable {
  /// What holds in the whole region.
  private let whole: Proofs.Claim
  let lower: [Double]
  let upper: [Double]
  /// The part of the region's volume.
  let volume: Double
  /// How it was searched.
  let cuts: RecordedCuts
  /// Which of the property's regions it lies in.
  let region: Int

  init(
    _ whole: Proofs.Claim, _ region: Region, _ number: Int, _ cuts: RecordedCuts,
    _ path: [RecordedCuts.Side]
  ) {
    var (lower, upper) = (region.lower, region.upper)
    for side in path {
      let (input, at) = (side.place.input, side.place.at)
      if side.isBelow {
        upper[input] = min(upper[input], at)
      } else {
        lower[input] = max(lower[input], at)
      }
    }
    var volume = 1.0
    for input in Set(path.map(\.place.input)) {
      volume *= (upper[input] - lower[input]) / (region.upper[input] - region.lower[input])
    }
    (self.whole, self.cuts, self.region, self.volume) = (whole, cuts, number, volume)
    (self.lower, self.upper) = (lower, upper)
  }

  /// What holds in it. Of many parts few are proved, so that it is made where it is asked for.
  var claim: Proofs.Claim {
    var claim = whole
    claim.region = .box(lower: Proofs.NumberArray(lower), upper: Proofs.NumberArray(upper))
    return claim
  }

  func words(of property: Property, _ covered: Double, _ count: Int) -> String {
    let place = property.groups.count > 1 ? "region \(region + 1)" : "the region"
    return String(
      format:
        "A part of %@, %.3g %% of its volume, and not the property as a whole; the %d parts of this file are %.4g %%. %@",
      place, 100 * volume, count, 100 * covered, whole.words ?? "")
  }
}
