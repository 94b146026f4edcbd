import Files

/// Why a certificate cannot be read, in words: where in it, and what is wrong.
public struct ProofProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The problem on one line.
  public var description: String

  /// Creates a problem.
  ///
  /// - Parameter place: The field that is wrong, such as `claim.region`; empty for the whole line.
  public init(_ place: String, _ message: String) {
    description = place.isEmpty ? message : "\(place): \(message)"
  }
}
