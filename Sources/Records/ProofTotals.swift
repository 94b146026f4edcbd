/// How many results have certificates, about what, and what they cost.
public struct ProofTotals: Codable, Sendable, Hashable {
  /// For each arithmetic, `real` and `binary32`, the certificates that are about it.
  public var meaning: [String: Int]
  /// For each reason why a decided example has no certificate, how many have it.
  public var missing: [String: Int]
  /// The median seconds in which the decided examples were decided.
  public var medianSeconds: Double
  /// The median seconds of the searches for proofs; nil where none was made.
  public var medianProofSeconds: Double?
  /// The seconds of all searches for proofs.
  public var seconds: Double

  enum CodingKeys: String, CodingKey {
    case meaning
    case missing = "no_certificate"
    case medianSeconds = "median_seconds"
    case medianProofSeconds = "median_proof_seconds"
    case seconds = "proof_seconds"
  }

  /// Adds up results; nil where nothing is known of proofs.
  init?(of lines: [ResultLine]) {
    let decided = lines.compactMap { line in line.proof.map { (line.seconds, $0) } }
    let records = decided.map(\.1)
    guard let median = Self.median(decided.map(\.0)) else { return nil }
    medianSeconds = median
    medianProofSeconds = Self.median(records.compactMap(\.seconds))
    seconds = records.reduce(0) { $0 + ($1.seconds ?? 0) }
    meaning = records.flatMap(\.meaning).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    missing = records.compactMap(\.missing).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// The upper of the two middle ones where their number is even; nil for none.
  private static func median(_ seconds: [Double]) -> Double? {
    seconds.isEmpty ? nil : seconds.sorted()[seconds.count / 2]
  }

  /// What the certificates are about, in words; empty where there is none.
  public var meaningWords: String {
    let (real, both) = (meaning["real"] ?? 0, meaning["binary32"] ?? 0)
    var parts: [String] = []
    if both > 0 { parts.append("\(both) about \(ProofRecord.words(["real", "binary32"]))") }
    if real > both { parts.append("\(real - both) about \(ProofRecord.words(["real"])) alone") }
    return parts.joined(separator: ", ")
  }

  /// Why there are fewer certificates than decided examples, in words; empty where each has one.
  public var missingWords: String {
    missing.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) (\($0.key))" }
      .joined(separator: ", ")
  }
}
