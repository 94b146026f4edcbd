/// A network that a search has tried, and what came of it.
public struct SearchedNetwork: Codable, Sendable, Hashable {
  /// How the trial ended.
  public enum Status: String, Codable, Sendable, CaseIterable {
    /// The network was trained and judged.
    case trained
    /// It exceeds a budget or cannot be trained, and was not.
    case rejected
    /// Its training did not end in a network.
    case diverged
  }

  /// What the machine takes for an image, in seconds, before training: what the budgets are for.
  public struct Times: Codable, Sendable, Hashable {
    /// The median of the network's answer, per image.
    public var latency: Double
    /// The median of all methods of bounding, one after the other; nil where it was not measured, as the latency was too long.
    public var certification: Double?

    enum CodingKeys: String, CodingKey {
      case latency = "latency_s"
      case certification = "certification_s"
    }

    /// Creates times.
    public init(latency: Double, certification: Double? = nil) {
      (self.latency, self.certification) = (latency, certification)
    }
  }

  /// What the certifier shows on the validation images.
  public struct Judgement: Codable, Sendable, Hashable {
    /// The images; fewer than there are where the time was up.
    public var count: Int
    /// The part of them that the network is right about.
    public var cleanAccuracy: Double
    /// The part that is certified.
    public var certifiedAccuracy: Double
    /// The seconds of the certification of all of them.
    public var seconds: Double

    enum CodingKeys: String, CodingKey {
      case count, seconds
      case cleanAccuracy = "clean_accuracy"
      case certifiedAccuracy = "certified_accuracy"
    }

    /// Creates a judgement.
    public init(
      count: Int, cleanAccuracy: Double, certifiedAccuracy: Double, seconds: Double
    ) {
      (self.count, self.cleanAccuracy) = (count, cleanAccuracy)
      (self.certifiedAccuracy, self.seconds) = (certifiedAccuracy, seconds)
    }
  }

  /// The place in the order of the trials, counted from 1; those that the search is compared with have an order of their own.
  public var number: Int
  /// The stages and the linear layer, such as `convolution-16x2/2 linear-64`, or the name of a hand-made network.
  public var name: String
  /// The choice of each factor of the space, counted from 0; empty for a hand-made network.
  public var choices: [Int] = []
  /// How the trial ended.
  public var status: Status
  /// Why, where that is not plain.
  public var reason: String?
  /// The seconds of an image; nil where there was no network to measure.
  public var times: Times?
  /// The weights and biases; nil where there was no network.
  public var parameters: Int?
  /// The epochs of its training.
  public var epochs: Int?
  /// The seconds of the batches of its training.
  public var seconds: Double?
  /// What came out; nil where it was not trained.
  public var judged: Judgement?
  /// The SHA-256 digest of its model; nil where there is none.
  public var modelDigest: String?

  enum CodingKeys: String, CodingKey {
    case number, name, choices, status, reason, times, parameters, epochs, seconds, judged
    case modelDigest = "model_sha256"
  }

  /// Creates the record of a trial that begins; what is not named is set afterwards.
  public init(number: Int, name: String, choices: [Int] = [], status: Status = .rejected) {
    (self.number, self.name, self.choices, self.status) = (number, name, choices, status)
  }

  /// What selection goes by; nil where the network was not trained.
  public var score: SearchScore? {
    judged.map { SearchScore(certified: $0.certifiedAccuracy, clean: $0.cleanAccuracy) }
  }
}

/// How good a network is: by certified accuracy, and where that is equal by clean accuracy.
public struct SearchScore: Comparable, Sendable, Hashable {
  /// The certified part of the validation images.
  public var certified: Double
  /// The part that is right.
  public var clean: Double

  /// Creates a score.
  public init(certified: Double, clean: Double) {
    (self.certified, self.clean) = (certified, clean)
  }

  /// Whether one is worse than another.
  public static func < (a: SearchScore, b: SearchScore) -> Bool {
    (a.certified, a.clean) < (b.certified, b.clean)
  }
}
