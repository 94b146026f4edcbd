import Foundation
import Surety

/// The end of `surety verify`: the answer is said, and its certificate looked for and written.
struct VerifyClosing: Sendable {
  /// The file for the certificate; nil where none was asked for.
  var certificate: String?
  var isQuiet: Bool
  var printsJSON: Bool

  /// Says the answer, which nothing that comes later takes back, and then looks for its certificate.
  ///
  /// - Parameters:
  ///   - seconds: The time that the proof may take; the program ends soon after it.
  ///   - isCancelled: Asked all the time; true ends the search for a proof.
  ///   - prove: Looks for the certificates; nil where there is nothing to prove.
  func end(
    _ verification: Verification, within seconds: Double,
    isCancelled: @escaping @Sendable () -> Bool, _ prove: (ProofLimits) -> PropertyProof?
  ) throws {
    if !printsJSON { try say(verification) }
    guard let certificate else {
      if printsJSON { try Console.json(verification) }
      guard verification.answer.isDecided, !isQuiet, !printsJSON else { return }
      Console.error(
        "surety: --certificate FILE would write a certificate of this, which surety-check can prove again"
      )
      return
    }
    // A single step of the checker on a large network may take longer.
    let watchdog = Watchdog(limit: .seconds(seconds), lastWord: LastWord()) {
      var late = verification
      late.proof = ProofRecord(missing: "no proof in time", seconds: seconds)
      try? finish(late, certificate)
    }
    let proof = prove(ProofLimits(seconds: seconds, isCancelled: isCancelled))
    watchdog.stop()
    let lines = proof?.lines ?? []
    try writeFile(Data(lines.map { $0 + "\n" }.joined().utf8), to: certificate)
    var proved = verification
    (proved.proof, proved.certifiedVolume) = (proof?.record, proof?.covered)
    try finish(proved, certificate, count: lines.count)
  }

  /// Says the answer in the words of the competition, and why.
  private func say(_ verification: Verification) throws {
    print(verification.answer.resultText, terminator: "")
    if case .violated = verification.answer {} else { print(verification.reason) }
    // Before memory is given back, which may take long where there is much of it.
    try Console.flush()
  }

  /// Says what the certificate is about, or why there is none.
  private func finish(
    _ verification: Verification, _ certificate: String, count: Int = 0
  ) throws {
    if printsJSON { try Console.json(verification) }
    guard let proof = verification.proof, !printsJSON else { return }
    if let missing = proof.missing {
      Console.error("surety: no certificate (\(missing)); \(certificate) is empty")
      return
    }
    guard !isQuiet else { return }
    let time = String(format: "%.2f s", proof.seconds ?? 0)
    let subject =
      verification.certifiedVolume.map {
        String(format: "certificates of %d parts, %.4g %% of the volume,", count, 100 * $0)
      } ?? (count == 1 ? "a certificate" : "\(count) certificates")
    Console.error(
      "surety: \(certificate): \(subject) about \(ProofRecord.words(proof.meaning)), accepted by the checker (\(time))"
    )
  }
}
