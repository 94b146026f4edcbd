import Proofs

/// What is asked of each place of a text.
public struct TextQuestion: Sendable, Hashable {
  /// What may change.
  var change: InputRegion.Tokens.Change
  /// The distance of each embedded token, a root mean square.
  public var epsilon: Double
  /// The same as it was written; certificates are about this one.
  var exactEpsilon: ExactNumber
  /// Whether certificates are wanted.
  public var isProved: Bool

  /// Creates a question.
  ///
  /// - Parameters:
  ///   - text: How the distance was written, where it was.
  ///   - substitutes: Whether one token may be replaced by another within the distance, and not every embedded token by any vector.
  ///   - isProved: Whether certificates are wanted.
  public init(
    epsilon: Double, text: String? = nil, substitutes: Bool = false, isProved: Bool = false
  ) {
    change = substitutes ? .token : .vectors
    (self.epsilon, self.isProved) = (epsilon, isProved)
    exactEpsilon = text.flatMap { ExactNumber($0) } ?? ExactNumber(epsilon)
  }
}
