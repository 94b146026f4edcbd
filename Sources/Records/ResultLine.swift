import Files
import Properties

/// The layout of result files; a reader refuses layouts it does not know.
public let resultSchema = 1

/// The inputs that a result is about: those within a distance of one image.
public struct RegionRecord: Codable, Sendable, Hashable {
  /// `inf`, `2` or `1`.
  public var norm: String
  /// The distance, in pixel values from 0 to 1.
  public var epsilon: Double
  /// The smallest value of an input; the region has none below. Nil where there is no limit, as in a table.
  public var lowest: Double?
  /// The largest value of an input; the region has none above. Nil where there is no limit.
  public var highest: Double?
  /// What is subtracted from each channel before the network.
  public var mean: [Double]
  /// What each channel is divided by before the network.
  public var std: [Double]

  /// Creates a record of a region in pixel values, and of the normalisation between it and the network.
  ///
  /// - Parameter range: The values that an input can have; nil for all.
  public init(
    norm: String, epsilon: Double, mean: [Double], std: [Double],
    range: ClosedRange<Double>? = 0...1
  ) {
    (lowest, highest) = (range?.lowerBound, range?.upperBound)
    self.norm = norm
    self.epsilon = epsilon
    self.mean = mean
    self.std = std
  }
}

/// What a run of `surety certify` is about; results of different questions must not be mixed.
public struct RunRecord: Codable, Sendable, Hashable {
  /// The SHA-256 digest of the model file, decompressed.
  public var modelDigest: String
  /// The name of the data set and its part.
  public var data: String
  /// The SHA-256 digest of the data.
  public var dataDigest: String
  /// The inputs around each image.
  public var region: RegionRecord
  /// The methods that are tried, in order.
  public var methods: [String]
  /// The arithmetic of the bounds: `float32` or `float64`.
  public var arithmetic: String
  /// What may be spent on each example; nil in records of before it was kept.
  public var effort: EffortRecord?
  /// The version of the program; nil in records of before it was kept.
  public var version: String?
  /// What the one output of a network is compared with: class 1 is above it. Nil for a network of several outputs.
  public var threshold: Double?

  enum CodingKeys: String, CodingKey {
    case modelDigest = "model_sha256"
    case data
    case dataDigest = "data_sha256"
    case region, methods, arithmetic, threshold, effort, version
  }

  /// Creates a record.
  public init(
    modelDigest: String, data: String, dataDigest: String, region: RegionRecord, methods: [String],
    arithmetic: String, threshold: Double? = nil
  ) {
    self.modelDigest = modelDigest
    self.data = data
    self.dataDigest = dataDigest
    self.region = region
    self.methods = methods
    self.arithmetic = arithmetic
    self.threshold = threshold
  }

  /// Everything that is tried on an example, in order: the methods, with the searches for a counterexample in their places.
  ///
  /// What intervals certify needs no search. A short one comes before backward bounds, because it takes a small part of
  /// their time, and finds most counterexamples that there are to find. The full one takes longer than bounds without
  /// optimised slopes, and comes after them.
  public var cascade: [String] {
    guard effort?.hasAttack ?? true else { return methods }
    let intervals = methods.prefix { ["lipschitz", "ibp", "crown-ibp"].contains($0) }
    let backward = methods.dropFirst(intervals.count).prefix { $0 == "crown" || $0 == "forward" }
    return intervals + (backward.isEmpty ? [] : ["short-attack"]) + backward + ["attack"]
      + methods.dropFirst(intervals.count + backward.count)
  }

  /// Names what differs from another run, or nil when nothing does.
  public func difference(from other: RunRecord) -> String? {
    if modelDigest != other.modelDigest { return "another model" }
    if dataDigest != other.dataDigest || data != other.data { return "other data" }
    if region.epsilon != other.region.epsilon { return "epsilon \(other.region.epsilon)" }
    if region.norm != other.region.norm { return "norm \(other.region.norm)" }
    if region != other.region { return "another normalisation" }
    if methods != other.methods { return "methods \(other.methods.joined(separator: ","))" }
    if arithmetic != other.arithmetic { return other.arithmetic }
    if effort != other.effort {
      guard let effort, let others = other.effort else { return "another effort" }
      return effort.difference(from: others)
    }
    if version != other.version { return "surety \(other.version ?? "of an earlier version")" }
    if threshold != other.threshold {
      return other.threshold.map { "threshold \($0)" } ?? "several outputs"
    }
    return nil
  }
}

/// What was shown of one example.
public enum ExampleVerdict: String, Codable, Sendable, CaseIterable {
  /// The bounds show that no input of the region gets another label, in the stated arithmetic.
  case certified
  /// An input of the region gets another label; running the network confirmed it.
  case violated
  /// Neither was shown.
  case undecided
  /// The network is wrong about the example itself.
  case misclassified
  /// The example cannot be used: its file is damaged, or a value is missing. The reason says which.
  case error
}

/// The result for one example: a line of `certificates.jsonl`.
public struct ResultLine: Codable, Sendable, Hashable {
  /// An input that gets another label, with the output it gives.
  public struct Counterexample: Codable, Sendable, Hashable {
    /// The pixel values, in the order channel, row, column.
    public var input: [Double]
    /// The outputs.
    public var output: [Double]

    /// Creates a counterexample.
    public init(input: [Double], output: [Double]) {
      self.input = input
      self.output = output
    }
  }

  /// The layout.
  public var schema = resultSchema
  /// What the run is about.
  public var run: RunRecord
  /// The place of the example in the data.
  public var example: Int
  /// The name of the example, such as the file of a picture; nil where it has none but its place.
  public var name: String?
  /// The right label.
  public var label: Int
  /// The label that the network gives the example; nil when an output is not finite.
  public var prediction: Int?
  /// The output of the right label less the largest other, for the example as it is; below zero where the network is
  /// wrong, and nil when an output is not finite.
  public var cleanMargin: Double?
  /// What was shown.
  public var verdict: ExampleVerdict
  /// The method that decided, a search for counterexamples among them; nil when none did.
  public var method: String?
  /// The best lower bounds of `Y_label - Y_j`, every other `j` in order; nil where there is none.
  public var margins: [Double?]
  /// The seconds that each method took for this example, its part of a batch.
  public var methodSeconds: [String: Double]
  /// The seconds in all.
  public var seconds: Double
  /// Why nothing was decided; nil when something was.
  public var reason: String?
  /// The violation, where one was found.
  public var counterexample: Counterexample?
  /// The certificate of what was shown, as one line of JSON that the line of the log carries; nil where there is none, and for
  /// lines that were read.
  public var certificate: String?
  /// Whether the line carries a certificate.
  public var isProved: Bool { certificate != nil || carriesCertificate }
  var carriesCertificate = false
  /// What the certificate is about, or why a decided example has none; nil where nothing was decided.
  public var proof: ProofRecord?
  /// The examples that were certified together, this one among them; nil for one by itself.
  public var batch: Places?

  /// Creates the result of an example about which nothing is known yet.
  public init(run: RunRecord, example: Int, label: Int) {
    self.run = run
    self.example = example
    self.label = label
    verdict = .undecided
    margins = []
    methodSeconds = [:]
    seconds = 0
  }

  /// The margin that decided, or that an undecided example hangs on: of the counterexample of a violated one, of the
  /// example itself of a misclassified one, else the smallest lower bound.
  ///
  /// Nil where no number is known; a complete search shows that an example is right without giving one.
  public var decidingMargin: Double? {
    switch verdict {
    case .violated: counterexample.flatMap { Self.margin(of: label, in: $0.output) }
    case .misclassified: cleanMargin
    case .certified: smallestMargin.flatMap { $0 > 0 ? $0 : nil }
    default: smallestMargin
    }
  }

  /// The output of a label less the largest other; nil when there is no other.
  public static func margin(of label: Int, in output: [Double]) -> Double? {
    guard output.indices.contains(label) else { return nil }
    let others = output.indices.filter { $0 != label }.map { output[$0] }
    return others.max().map { output[label] - $0 }
  }

  /// The smallest margin, where all are known.
  public var smallestMargin: Double? {
    let known = margins.compactMap { $0 }
    return known.count == margins.count ? known.min() : nil
  }
}
