/// The result of an attack on one example: a line of `attack.jsonl`.
///
/// It is a line of `certificates.jsonl` without methods; its effort says how much was tried.
public struct AttackLine: Codable, Sendable, Hashable {
  /// The result.
  public var result: ResultLine

  /// Whether an attack was made: a wrong answer needs none, and time may have been short.
  public var isAttacked: Bool { result.methodSeconds["attack"] != nil }

  /// Creates a line.
  public init(_ result: ResultLine) { self.result = result }

  /// Reads a line.
  ///
  /// - Throws: `DecodingError` when a key is missing or the layout is unknown.
  public init(from decoder: any Decoder) throws { result = try ResultLine(from: decoder) }

  /// Writes a line.
  public func encode(to encoder: any Encoder) throws { try result.encode(to: encoder) }
}
