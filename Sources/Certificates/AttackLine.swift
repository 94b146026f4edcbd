/// The result of an attack on one example: a line of `attack.jsonl`.
///
/// It is a line of `certificates.jsonl` without methods, and the effort of the attack beside it.
public struct AttackLine: Codable, Sendable, Hashable {
  /// How much was tried.
  public struct Effort: Codable, Sendable, Hashable {
    /// The steps of each descent.
    public var steps: Int
    /// The descents from different starts for each other class.
    public var restarts: Int
    /// Where the random numbers start.
    public var seed: UInt64

    /// Creates a record.
    public init(steps: Int, restarts: Int, seed: UInt64) {
      (self.steps, self.restarts, self.seed) = (steps, restarts, seed)
    }
  }

  /// The result.
  public var result: ResultLine
  /// How much was tried.
  public var effort: Effort

  enum CodingKeys: String, CodingKey {
    case attack
  }

  /// Whether an attack was made: a wrong answer needs none, and time may have been short.
  public var isAttacked: Bool { result.methodSeconds["attack"] != nil }

  /// Creates a line.
  public init(_ result: ResultLine, _ effort: Effort) {
    (self.result, self.effort) = (result, effort)
  }

  /// Reads a line.
  ///
  /// - Throws: `DecodingError` when a key is missing or the layout is unknown.
  public init(from decoder: any Decoder) throws {
    result = try ResultLine(from: decoder)
    effort = try decoder.container(keyedBy: CodingKeys.self).decode(Effort.self, forKey: .attack)
  }

  /// Writes a line, the effort beside the keys of the result.
  public func encode(to encoder: any Encoder) throws {
    try result.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(effort, forKey: .attack)
  }
}
