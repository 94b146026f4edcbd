/// What a checker says of a certificate.
public enum CheckResult: Sendable, Hashable {
  /// The claim was proved.
  case accepted
  /// It was not, for the reason given.
  case rejected(String)

  /// Whether the claim was proved.
  public var isAccepted: Bool { self == .accepted }
}

/// Why a claim cannot be checked, or a proof does not prove it, in one line.
public struct Rejection: Error, Sendable, Hashable, CustomStringConvertible {
  /// The reason.
  public var description: String

  /// Creates a reason.
  public init(_ description: String) { self.description = description }
}
