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

/// The largest certified radius of an example, and the smallest at which a counterexample was found.
public struct ExampleRadius: Codable, Sendable, Hashable {
  /// The place of the example in the data.
  public var example: Int
  /// The name of the example, such as the file of a picture; nil where it has none but its place.
  public var name: String?
  /// The right label.
  public var label: Int
  /// The label that the network gives the example; nil when an output is not finite.
  public var prediction: Int?
  /// The largest radius that was certified, 0 where none was; nil where the network is wrong about the example itself,
  /// or the example cannot be used.
  public var certified: Double?
  /// The method that certified it; nil where none did.
  public var method: String?
  /// The smallest radius of a counterexample; nil where none was found or the network is wrong about the example itself.
  public var violated: Double?
  /// The counterexample at that radius.
  public var counterexample: ResultLine.Counterexample?
  /// Whether a counterexample was looked for at all.
  public var attacked: Bool
  /// The regions that were asked about.
  public var probes: Int
  /// The seconds in all.
  public var seconds: Double
  /// Why the example cannot be used; nil when it can.
  public var problem: String?

  /// What lies between the two; nil without a counterexample.
  public var gap: Double? {
    violated.flatMap { violated in certified.map { violated - $0 } }
  }

  /// Creates the record of an example about which nothing is known yet.
  public init(example: Int, label: Int) {
    (self.example, self.label) = (example, label)
    (attacked, probes, seconds) = (false, 0, 0)
  }
}
