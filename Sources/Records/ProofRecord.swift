/// What became of the search for a proof of a result.
///
/// In records its fields stand beside the others: `meaning`, `no_certificate` and `proof_seconds`.
public struct ProofRecord: Sendable, Hashable {
  /// The arithmetics that the certificate is about, each of them: `real` and `binary32`. Empty where there is none.
  public var meaning: [String]
  /// Why there is no certificate; nil where there is one.
  public var missing: String?
  /// The seconds that the search for the proof took; nil where none was made.
  public var seconds: Double?

  /// Creates the record of a certificate.
  public init(meaning: [String], seconds: Double) {
    (self.meaning, self.seconds) = (meaning, seconds)
  }

  /// Creates the record of a result without certificate.
  ///
  /// - Parameters:
  ///   - missing: Why there is none.
  ///   - seconds: The seconds that the search for a proof took; nil where none was made.
  public init(missing: String, seconds: Double? = nil) {
    (meaning, self.missing, self.seconds) = ([], missing, seconds)
  }

  /// Reads fields of a record; nil where it has none of them.
  ///
  /// - Throws: `DecodingError` when one has the wrong type.
  public init?<Key: CodingKey>(
    from values: KeyedDecodingContainer<Key>, meaning: Key, missing: Key, seconds: Key
  ) throws {
    self.meaning = try values.decodeIfPresent([String].self, forKey: meaning) ?? []
    self.missing = try values.decodeIfPresent(String.self, forKey: missing)
    self.seconds = try values.decodeIfPresent(Double.self, forKey: seconds)
    if self.meaning.isEmpty, self.missing == nil, self.seconds == nil { return nil }
  }

  /// Writes the fields that say something.
  public func encode<Key: CodingKey>(
    to values: inout KeyedEncodingContainer<Key>, meaning: Key, missing: Key, seconds: Key
  ) throws {
    if !self.meaning.isEmpty { try values.encode(self.meaning, forKey: meaning) }
    try values.encodeIfPresent(self.missing, forKey: missing)
    try values.encodeIfPresent(self.seconds, forKey: seconds)
  }

  /// The meaning in words, such as `real numbers and every float32 execution`.
  public static func words(_ meaning: [String]) -> String {
    switch meaning.sorted() {
    case ["binary32", "real"]: "real numbers and every float32 execution"
    case ["real"]: "real numbers"
    case ["binary32"]: "every float32 execution"
    default: meaning.joined(separator: ", ")
    }
  }
}
