import Foundation

/// How long a proof is looked for, and who may call it off.
public struct ProofLimits: Sendable {
  /// The seconds that a proof has where finding the answer left fewer of a time limit, or the limit itself where that is less.
  public static let grace = 5.0

  /// When to give up.
  let deadline: Date
  /// Asked now and then; true ends the work.
  let isCancelled: @Sendable () -> Bool

  /// Gives a proof some seconds from now on.
  public init(seconds: Double, isCancelled: @escaping @Sendable () -> Bool = { false }) {
    deadline = Date(timeIntervalSinceNow: seconds)
    self.isCancelled = isCancelled
  }

  /// The seconds that the proof of an answer may take: what finding it left of the time limit, at least `grace` or the limit, so
  /// that both together take no longer than the limit and the grace. Without a limit ten seconds and twice what finding took.
  ///
  /// - Parameters:
  ///   - limit: The time limit in seconds; nil for none.
  ///   - spent: The seconds that finding the answer took.
  public static func seconds(within limit: Double?, after spent: Double) -> Double {
    guard let limit else { return 10 + 2 * spent }
    return max(limit - spent, min(grace, limit))
  }

  /// - Throws: `NoCertificate` where the work is to end.
  func check() throws(NoCertificate) {
    if isCancelled() { throw .interrupted }
    if Date() >= deadline { throw .late }
  }
}

/// Why a result has no certificate.
enum NoCertificate: Error, Hashable {
  /// The time was up first.
  case late
  /// The run was ended first.
  case interrupted
  /// The checker has no rule for the network, or cannot read the claim, as it says.
  case refused(String)
  /// No proof was found that comes to its end.
  case insufficient
  /// There is a proof for exact reals, but none for single precision as well, which was asked for.
  case realAlone(String?)

  /// The same for records, in a few words.
  var words: String {
    switch self {
    case .late: "no proof in time"
    case .interrupted: "interrupted"
    case .refused(let reason): reason
    case .insufficient: "the checker's bounds do not suffice"
    case .realAlone(let reason):
      "proved for real alone; \(reason ?? "the margin is too small for binary32")"
    }
  }

  /// Whether no other proof is worth trying.
  var isFinal: Bool {
    switch self {
    case .late, .interrupted, .refused: true
    case .insufficient, .realAlone: false
    }
  }
}

/// The arithmetics that certificates are to be about.
public enum MeaningChoice: Sendable, Hashable {
  /// Exact reals and every execution in single precision where the checker accepts that, exact reals otherwise.
  case strongest
  /// Exact reals and every execution in single precision; no certificate otherwise.
  case both
  /// Exact reals.
  case real
}
