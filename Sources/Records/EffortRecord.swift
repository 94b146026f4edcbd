/// What may be spent on each example, on which it depends what stays undecided.
public struct EffortRecord: Codable, Sendable, Hashable {
  /// The time limit of an example in seconds; nil for none.
  public var timeout: Double?
  /// The steps of each descent of the attack; 0 for no attack.
  public var attackSteps: Int
  /// The descents from different starts for each other class.
  public var attackRestarts: Int
  /// Where the random numbers of the attack start.
  public var seed: UInt64

  enum CodingKeys: String, CodingKey {
    case timeout = "timeout_s"
    case attackSteps = "attack_steps"
    case attackRestarts = "attack_restarts"
    case seed
  }

  /// Creates a record.
  public init(timeout: Double?, attackSteps: Int, attackRestarts: Int, seed: UInt64) {
    self.timeout = timeout
    self.attackSteps = attackSteps
    self.attackRestarts = attackRestarts
    self.seed = seed
  }

  /// Whether counterexamples are searched for at all.
  public var hasAttack: Bool { attackSteps > 0 && attackRestarts > 0 }

  /// Names what differs from another effort, which it is not.
  func difference(from other: EffortRecord) -> String {
    if timeout != other.timeout {
      return other.timeout.map { "a time limit of \($0) s" } ?? "no time limit"
    }
    if seed != other.seed { return "seed \(other.seed)" }
    return "\(other.attackSteps) steps and \(other.attackRestarts) restarts of the attack"
  }
}
