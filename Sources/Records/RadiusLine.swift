/// The result for one example: a line of `radius.jsonl`.
///
/// The keys of the run and of the radius stand beside each other, so that each line speaks for itself. The run's distance
/// is the largest radius that was asked about.
public struct RadiusLine: Codable, Sendable, Hashable {
  /// The layout.
  public var schema = resultSchema
  /// What the run is about.
  public var run: RunRecord
  /// The room that was left between the radii, as a part of the radius.
  public var tolerance: Double
  /// The result.
  public var radius: ExampleRadius

  enum CodingKeys: String, CodingKey {
    case schema, tolerance
  }

  /// Creates a line.
  public init(run: RunRecord, tolerance: Double, radius: ExampleRadius) {
    (self.run, self.tolerance, self.radius) = (run, tolerance, radius)
  }

  /// Reads a line.
  ///
  /// - Throws: `DecodingError` when a key is missing or the layout is unknown.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    schema = try values.decode(Int.self, forKey: .schema)
    guard schema == resultSchema else {
      throw DecodingError.dataCorruptedError(
        forKey: .schema, in: values,
        debugDescription: "schema \(schema) is not known, expected \(resultSchema)")
    }
    tolerance = try values.decode(Double.self, forKey: .tolerance)
    run = try RunRecord(from: decoder)
    radius = try ExampleRadius(from: decoder)
  }

  /// Writes a line, the keys of the run and of the radius beside each other.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(schema, forKey: .schema)
    try values.encode(tolerance, forKey: .tolerance)
    try run.encode(to: encoder)
    try radius.encode(to: encoder)
  }
}
