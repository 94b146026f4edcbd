/// The totals of a run of `surety attack`: its `summary.json`.
public struct AttackSummary: Codable, Sendable, Hashable {
  /// The layout.
  public var schema = resultSchema
  /// The version of the program.
  public var version: String
  /// The model file as it was named.
  public var model: String
  /// The SHA-256 digest of the model file, decompressed.
  public var modelDigest: String
  /// The name of the data set and its part.
  public var data: String
  /// The distance, in pixel values from 0 to 1.
  public var epsilon: Double
  /// `inf`, `2` or `1`.
  public var norm: String
  /// How much was tried.
  public var effort: EffortRecord?
  /// The examples with a result.
  public var count: Int
  /// The examples that were asked for.
  public var requested: Int
  /// The examples that were attacked: those that the network is right about, as far as there was time.
  public var attacked: Int
  /// The examples with a counterexample.
  public var violated: Int
  /// The examples that cannot be used, such as damaged files; they count in no accuracy.
  public var errors: Int?
  /// The examples that can be used: those that accuracies are parts of.
  public var usable: Int?
  /// The part of the usable examples that the network is right about.
  public var cleanAccuracy: Double
  /// The part of the usable examples that the network is right about and that withstood an attack; right answers that
  /// were not attacked are left out of the count.
  public var attackAccuracy: Double
  /// The seconds of all examples.
  public var seconds: Double
  /// The names of the classes, in the order of the labels.
  public var classes: [String]?
  /// Where, when, by what and with how much effort the run was made.
  public var circumstances: RunCircumstances?

  enum CodingKeys: String, CodingKey {
    case schema, version, model
    case modelDigest = "model_sha256"
    case data, epsilon, norm, effort, count, requested, attacked, violated, errors, usable
    case cleanAccuracy = "clean_accuracy"
    case attackAccuracy = "attack_accuracy"
    case seconds, classes, circumstances
  }

  /// Adds up the results of a run.
  ///
  /// - Parameters:
  ///   - lines: The results, each example once.
  ///   - version: The version of the program.
  ///   - model: The model file as it was named.
  ///   - requested: The number of examples that were asked for.
  public init(
    of lines: [AttackLine], run: RunRecord, version: String, model: String, requested: Int
  ) {
    (self.version, self.model) = (version, model)
    (modelDigest, data) = (run.modelDigest, run.data)
    (epsilon, norm) = (run.region.epsilon, run.region.norm)
    (count, self.requested) = (lines.count, requested)
    effort = run.effort
    let usable = lines.filter { $0.result.verdict != .error }
    (errors, self.usable) = (lines.count - usable.count, usable.count)
    let right = usable.filter { $0.result.prediction == $0.result.label }
    let tried = right.filter(\.isAttacked)
    attacked = tried.count
    violated = lines.count { $0.result.verdict == .violated }
    cleanAccuracy = Double(right.count) / Double(max(1, usable.count))
    let wrong = usable.count - right.count
    attackAccuracy =
      Double(tried.count { $0.result.verdict != .violated }) / Double(max(1, wrong + tried.count))
    seconds = lines.reduce(0) { $0 + $1.result.seconds }
  }
}

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
