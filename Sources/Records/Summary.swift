import Files
import Foundation

/// The totals of a run: `summary.json`.
public struct Summary: Codable, Sendable, Hashable {
  /// What a method did over all examples.
  public struct MethodTotal: Codable, Sendable, Hashable {
    /// The examples that it decided.
    public var decided: Int
    /// The seconds that it took.
    public var seconds: Double
  }

  /// The layout.
  public var schema: Int
  /// The version of the program.
  public var version: String
  /// The model file as it was named.
  public var model: String
  /// The SHA-256 digest of the model file, decompressed.
  public var modelDigest: String
  /// The name of the data set and its part.
  public var data: String
  /// The SHA-256 digest of the data.
  public var dataDigest: String
  /// The examples with a result; of a run that is not complete, those that the totals are over.
  public var count: Int
  /// The examples that were asked for.
  public var requested: Int
  /// The examples that were asked for; nil in records of before it was kept.
  public var asked: Places?
  /// The part of a run's examples that was asked for; nil where all were.
  public var shard: Shard?
  /// The folders that the results were joined from; nil where one run made them.
  public var parts: [MergedPart]?
  /// What is known of a run that is not complete; nil for one that is.
  public var partial: PartialRun?
  /// The distance, in pixel values from 0 to 1.
  public var epsilon: Double
  /// `inf`, `2` or `1`.
  public var norm: String
  /// The arithmetic of the bounds.
  public var arithmetic: String
  /// What the one output of the network is compared with; nil for a network of several.
  public var threshold: Double?
  /// The examples that can be used: those that accuracies are parts of. Those with the verdict `error` count in none.
  public var usable: Int?
  /// The part of the usable examples that the network is right about; nil for none.
  public var cleanAccuracy: Double?
  /// The part that it is right about and no violation was found of, among the usable examples that were `attacked`; nil
  /// for none.
  public var attackAccuracy: Double?
  /// The examples that an attack was tried on, with those that need none: certified ones and wrong answers.
  public var attacked: Int?
  /// The part of the usable examples that is certified; nil for none.
  public var certifiedAccuracy: Double?
  /// The examples with each verdict.
  public var verdicts: [String: Int]
  /// Of each verdict the examples whose line carries a certificate; nil in records of before there were any.
  public var certificates: [String: Int]?
  /// What the certificates are about and cost; nil where no proof was looked for, and in records of before it was kept.
  public var proofs: ProofTotals?
  /// What each method did.
  public var methods: [String: MethodTotal]
  /// The methods in the order in which they were tried.
  public var cascade: [String]?
  /// The seconds of all examples.
  public var seconds: Double
  /// The names of the classes, in the order of the labels.
  public var classes: [String]?
  /// The blocks that most tokens skip; nil where there are none.
  public var routing: [RoutingRecord]?
  /// Where, when, by what and with how much effort the run was made.
  public var circumstances: RunCircumstances?

  enum CodingKeys: String, CodingKey {
    case schema, version, model
    case modelDigest = "model_sha256"
    case data
    case dataDigest = "data_sha256"
    case count, requested, asked, shard, parts, partial, epsilon, norm, arithmetic, threshold
    case cleanAccuracy = "clean_accuracy"
    case attackAccuracy = "attack_accuracy"
    case certifiedAccuracy = "certified_accuracy"
    case usable, attacked, verdicts, certificates, proofs, methods, cascade, seconds, classes
    case routing, circumstances
  }

  /// Adds up the results of a run; of one that is not complete, those that are typical.
  ///
  /// - Parameters:
  ///   - all: The results as they were written, each example once.
  ///   - version: The version of the program.
  ///   - model: The model file as it was named.
  ///   - requested: The number of examples that were asked for.
  public init(
    of all: [ResultLine], run: RunRecord, version: String, model: String, requested: Int
  ) {
    let partial = all.count < requested ? PartialRun(of: all) : nil
    let typical = partial.map { Set($0.examples.all) }
    let lines = all.filter { typical?.contains($0.example) ?? true }
    self.partial = partial
    schema = resultSchema
    self.version = version
    self.model = model
    modelDigest = run.modelDigest
    data = run.data
    dataDigest = run.dataDigest
    count = lines.count
    self.requested = requested
    epsilon = run.region.epsilon
    norm = run.region.norm
    arithmetic = run.arithmetic
    threshold = run.threshold
    var verdicts = Dictionary(
      uniqueKeysWithValues: ExampleVerdict.allCases.map { ($0.rawValue, 0) })
    var methods: [String: MethodTotal] = [:]
    cascade = run.cascade
    for name in run.cascade { methods[name] = MethodTotal(decided: 0, seconds: 0) }
    for line in lines {
      verdicts[line.verdict.rawValue, default: 0] += 1
      for (name, seconds) in line.methodSeconds {
        methods[name, default: MethodTotal(decided: 0, seconds: 0)].seconds += seconds
      }
      if let name = line.method {
        methods[name, default: MethodTotal(decided: 0, seconds: 0)].decided += 1
      }
    }
    self.verdicts = verdicts
    let proved = lines.filter(\.isProved)
    certificates =
      proved.isEmpty ? nil : Dictionary(grouping: proved, by: \.verdict.rawValue).mapValues(\.count)
    proofs = ProofTotals(of: lines)
    self.methods = methods
    let usable = lines.filter { $0.verdict != .error }
    self.usable = usable.count
    func part(_ count: Int, of all: Int) -> Double? {
      all > 0 ? Double(count) / Double(all) : nil
    }
    cleanAccuracy = part(usable.count { $0.prediction == $0.label }, of: usable.count)
    // What was neither decided nor attacked says nothing about attacks; no answer is a wrong one.
    let tried = usable.filter {
      [.certified, .violated, .misclassified].contains($0.verdict)
        || $0.prediction == nil || $0.methodSeconds["attack"] != nil
    }
    if run.cascade.contains("attack") {
      attacked = tried.count
      attackAccuracy = part(
        tried.count { $0.prediction == $0.label && $0.verdict != .violated }, of: tried.count)
    }
    certifiedAccuracy = part(usable.count { $0.verdict == .certified }, of: usable.count)
    seconds = lines.reduce(0) { $0 + $1.seconds }
  }

  /// Writes the summary, beside its place first.
  ///
  /// - Throws: `InputError` when the file cannot be written.
  public func write(to path: String) throws(InputError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw InputError(path, "the summary holds a number that is not finite")
    }
    try writeFile(data + Data("\n".utf8), to: path)
  }
}
