/// The totals of a run of `surety radius`: its `summary.json`.
///
/// Means are over the images that the network is right about; a wrong answer has no radius.
public struct RadiusSummary: Codable, Sendable, Hashable {
  /// The layout.
  public var schema = resultSchema
  /// The version of the program.
  public var version: String
  /// The model file as it was named.
  public var model: String
  /// What the run is about; its distance is the largest radius that was asked about.
  public var run: RunRecord
  /// The examples with a result.
  public var count: Int
  /// The examples that were asked for.
  public var requested: Int
  /// The examples that the network is wrong about.
  public var misclassified: Int
  /// The examples that cannot be used, such as damaged files; they count in no accuracy.
  public var errors: Int
  /// The examples that can be used: those that accuracies are parts of.
  public var usable: Int
  /// The part of the usable examples that the network is right about.
  public var cleanAccuracy: Double
  /// The mean certified radius; nil where the network is right about none.
  public var meanCertified: Double?
  /// The middle of the certified radii in order.
  public var medianCertified: Double?
  /// The examples with a counterexample.
  public var violated: Int
  /// The mean room between certified radius and counterexample, where there is one.
  public var meanGap: Double?
  /// Accuracies against the radius, parts of the usable examples.
  public var curve: AccuracyCurve
  /// The seconds of all examples.
  public var seconds: Double
  /// The names of the classes, in the order of the labels.
  public var classes: [String]?
  /// Where, when, by what and with how much effort the run was made.
  public var circumstances: RunCircumstances?

  enum CodingKeys: String, CodingKey {
    case schema, version, model, count, requested, misclassified, errors, usable
    case cleanAccuracy = "clean_accuracy"
    case meanCertified = "mean_certified"
    case medianCertified = "median_certified"
    case violated
    case meanGap = "mean_gap"
    case curve, seconds, classes, circumstances
  }

  /// Adds up radii.
  ///
  /// - Parameters:
  ///   - radii: The results, each example once.
  ///   - version: The version of the program.
  ///   - model: The model file as it was named.
  ///   - requested: The number of examples that were asked for.
  public init(
    of radii: [ExampleRadius], run: RunRecord, version: String, model: String, requested: Int
  ) {
    (self.run, self.version, self.model, self.requested) = (run, version, model, requested)
    count = radii.count
    let usable = radii.filter { $0.problem == nil }
    let certified = usable.compactMap(\.certified).sorted()
    errors = radii.count - usable.count
    self.usable = usable.count
    misclassified = usable.count - certified.count
    cleanAccuracy = Double(certified.count) / Double(max(1, usable.count))
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    meanCertified = mean(certified)
    medianCertified =
      certified.isEmpty
      ? nil : (certified[(certified.count - 1) / 2] + certified[certified.count / 2]) / 2
    violated = radii.count { $0.violated != nil }
    meanGap = mean(radii.compactMap(\.gap))
    curve = AccuracyCurve(of: usable, upTo: run.region.epsilon)
    seconds = radii.reduce(0) { $0 + $1.seconds }
  }

  /// Reads totals.
  ///
  /// - Throws: `DecodingError` when a key is missing.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    schema = try values.decode(Int.self, forKey: .schema)
    version = try values.decode(String.self, forKey: .version)
    model = try values.decode(String.self, forKey: .model)
    count = try values.decode(Int.self, forKey: .count)
    requested = try values.decode(Int.self, forKey: .requested)
    misclassified = try values.decode(Int.self, forKey: .misclassified)
    errors = try values.decodeIfPresent(Int.self, forKey: .errors) ?? 0
    usable = try values.decodeIfPresent(Int.self, forKey: .usable) ?? count - errors
    cleanAccuracy = try values.decode(Double.self, forKey: .cleanAccuracy)
    meanCertified = try values.decodeIfPresent(Double.self, forKey: .meanCertified)
    medianCertified = try values.decodeIfPresent(Double.self, forKey: .medianCertified)
    violated = try values.decode(Int.self, forKey: .violated)
    meanGap = try values.decodeIfPresent(Double.self, forKey: .meanGap)
    curve = try values.decode(AccuracyCurve.self, forKey: .curve)
    seconds = try values.decode(Double.self, forKey: .seconds)
    classes = try values.decodeIfPresent([String].self, forKey: .classes)
    circumstances = try values.decodeIfPresent(RunCircumstances.self, forKey: .circumstances)
    run = try RunRecord(from: decoder)
  }

  /// Writes totals, the keys of the run beside the others.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(schema, forKey: .schema)
    try values.encode(version, forKey: .version)
    try values.encode(model, forKey: .model)
    try values.encode(count, forKey: .count)
    try values.encode(requested, forKey: .requested)
    try values.encode(misclassified, forKey: .misclassified)
    try values.encode(errors, forKey: .errors)
    try values.encode(usable, forKey: .usable)
    try values.encode(cleanAccuracy, forKey: .cleanAccuracy)
    try values.encodeIfPresent(meanCertified, forKey: .meanCertified)
    try values.encodeIfPresent(medianCertified, forKey: .medianCertified)
    try values.encode(violated, forKey: .violated)
    try values.encodeIfPresent(meanGap, forKey: .meanGap)
    try values.encode(curve, forKey: .curve)
    try values.encode(seconds, forKey: .seconds)
    try values.encodeIfPresent(classes, forKey: .classes)
    try values.encodeIfPresent(circumstances, forKey: .circumstances)
    try run.encode(to: encoder)
  }
}
