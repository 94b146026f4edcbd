/// What one training of a comparison came to.
public struct ComparedTraining: Codable, Sendable, Hashable {
  /// What the certifier shows of the network at the comparison's radius; all three parts are of the same images.
  public struct Judgement: Codable, Sendable, Hashable {
    /// The images, from the first test image on; fewer than were asked for where the time was up.
    public var count: Int
    /// The part that the network is right about.
    public var cleanAccuracy: Double
    /// The part that it is right about and no attack changed.
    public var attackAccuracy: Double
    /// The part that is certified.
    public var certifiedAccuracy: Double

    enum CodingKeys: String, CodingKey {
      case count
      case cleanAccuracy = "clean_accuracy"
      case attackAccuracy = "attack_accuracy"
      case certifiedAccuracy = "certified_accuracy"
    }

    /// Creates a judgement.
    public init(
      count: Int, cleanAccuracy: Double, attackAccuracy: Double, certifiedAccuracy: Double
    ) {
      self.count = count
      self.cleanAccuracy = cleanAccuracy
      self.attackAccuracy = attackAccuracy
      self.certifiedAccuracy = certifiedAccuracy
    }
  }

  /// The seed.
  public var seed: Int
  /// The folder of the training within that of the comparison.
  public var folder: String
  /// How it ended: `finished` or `diverged`.
  public var status: TrainingStatus
  /// Why, where that is not plain.
  public var reason: String?
  /// The epochs that were done.
  public var epochs: Int
  /// The seconds of its batches; judging is not counted.
  public var seconds: Double
  /// The number of weights and biases.
  public var parameters: Int
  /// The SHA-256 digest of the model; nil where none was written.
  public var modelDigest: String?
  /// What the certifier shows at the radius; nil where there is no model, or there was no time for any image.
  public var judged: Judgement?
  /// What intervals alone show at the radius, on all images that epochs are judged by; nil where there is no model.
  public var intervals: EvaluationRecord?
  /// How much intervals lose; nil where there is no model, or it could not be bounded.
  public var bounds: TightnessRecord?

  enum CodingKeys: String, CodingKey {
    case seed, folder, status, reason, epochs, seconds, parameters
    case modelDigest = "model_sha256"
    case judged, intervals, bounds
  }

  /// Creates the record of a training that has ended.
  ///
  /// - Parameters:
  ///   - history: The training.
  ///   - folder: Its folder within that of the comparison.
  ///   - epsilon: The radius, in pixel values from 0 to 1; what was judged at others is left out.
  public init(_ history: TrainingHistory, folder: String, epsilon: Double) {
    let run = history.run
    (seed, self.folder, status, reason) = (run.seed, folder, run.status, run.reason)
    epochs = history.epochs.last?.epoch ?? 0
    seconds = history.seconds
    parameters = run.parameters
    guard status == .finished else { return }
    modelDigest = run.modelDigest
    intervals = run.radii.first { $0.epsilon == epsilon }
    guard let certification = run.certification,
      let radius = certification.radii.first(where: { $0.epsilon == epsilon })
    else { return }
    judged = Judgement(
      count: certification.count, cleanAccuracy: radius.cleanAccuracy,
      attackAccuracy: radius.attackAccuracy, certifiedAccuracy: radius.certifiedAccuracy)
  }
}

/// How wide the bounds of margins are, a margin being the right output less another one.
public struct TightnessRecord: Codable, Sendable, Hashable {
  /// The images, from the first test image on.
  public var count: Int
  /// The mean width by intervals.
  public var intervalWidth: Double
  /// The mean width by CROWN, which is never above that by intervals.
  public var crownWidth: Double

  /// The width by CROWN over that by intervals, from 0 to 1, where intervals lose nothing; nil where they have no width.
  public var tightness: Double? { intervalWidth > 0 ? crownWidth / intervalWidth : nil }

  enum CodingKeys: String, CodingKey {
    case count
    case intervalWidth = "interval_width"
    case crownWidth = "crown_width"
  }

  /// Creates a record.
  public init(count: Int, intervalWidth: Double, crownWidth: Double) {
    (self.count, self.intervalWidth, self.crownWidth) = (count, intervalWidth, crownWidth)
  }
}
