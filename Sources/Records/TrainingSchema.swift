/// The layout of the records of a training run, or of several that are compared; a reader refuses layouts it does not know.
public struct TrainingSchema: Codable, Sendable, Hashable {
  /// The layout that this version reads and writes.
  public static let version = 1

  /// Creates the current layout's mark.
  public init() {}

  /// Reads the mark.
  ///
  /// - Throws: `DecodingError` when the layout is unknown.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let found = try container.decode(Int.self)
    guard found == Self.version else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "schema \(found) is not known, expected \(Self.version)")
    }
  }

  /// Writes the mark of the current layout.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Self.version)
  }
}
