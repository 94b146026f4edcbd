/// The bounds that enter a layer of ReLUs, over the batches of an epoch.
public struct LayerRecord: Codable, Sendable, Hashable {
  /// The name of the node.
  public var name: String
  /// The mean width of the bounds over that of the input region, both in the network's own scale.
  public var width: Double
  /// The part of the neurons that are positive for every input of the region.
  public var active: Double
  /// The part of the neurons that are negative for every input of the region.
  public var inactive: Double

  /// The part of the neurons whose sign depends on the input.
  public var unstable: Double { max(0, 1 - active - inactive) }

  /// Creates a record.
  public init(name: String, width: Double, active: Double, inactive: Double) {
    self.name = name
    self.width = width
    self.active = active
    self.inactive = inactive
  }
}

/// How far the steps of an epoch's end turn a matrix whose size does not matter.
public struct EffectiveRateRecord: Codable, Sendable, Hashable {
  /// The name of the matrix.
  public var name: String
  /// The learning rate that would turn weights of norm 1 as far.
  public var rate: Double

  /// Creates a record.
  public init(name: String, rate: Double) {
    self.name = name
    self.rate = rate
  }
}

/// What the rows of attention look like at the end of an epoch.
public struct AttentionRecord: Codable, Sendable, Hashable {
  /// The name of the node.
  public var name: String
  /// The mean entropy over rows, heads and images, in nats.
  public var entropy: Double
  /// What the norms of weights and tokens say that it is at least; nil where they say nothing.
  public var entropyAtLeast: Double?

  enum CodingKeys: String, CodingKey {
    case name, entropy
    case entropyAtLeast = "entropy_at_least"
  }

  /// Creates a record.
  public init(name: String, entropy: Double, entropyAtLeast: Double? = nil) {
    (self.name, self.entropy, self.entropyAtLeast) = (name, entropy, entropyAtLeast)
  }
}

/// How a network does on images it has not learnt from.
public struct EvaluationRecord: Codable, Sendable, Hashable {
  /// The images.
  public var count: Int
  /// The radius, in pixel values from 0 to 1.
  public var epsilon: Double
  /// The part that it is right about.
  public var cleanAccuracy: Double
  /// The part that interval bounds show it to be right about within the radius.
  public var verifiedAccuracy: Double
  /// The part that it is right about and an attack within the radius does not change; nil where none was made.
  public var attackAccuracy: Double?

  enum CodingKeys: String, CodingKey {
    case count, epsilon
    case cleanAccuracy = "clean_accuracy"
    case verifiedAccuracy = "verified_accuracy"
    case attackAccuracy = "attack_accuracy"
  }

  /// Creates a record.
  public init(
    count: Int, epsilon: Double, cleanAccuracy: Double, verifiedAccuracy: Double,
    attackAccuracy: Double? = nil
  ) {
    self.count = count
    self.epsilon = epsilon
    self.cleanAccuracy = cleanAccuracy
    self.verifiedAccuracy = verifiedAccuracy
    self.attackAccuracy = attackAccuracy
  }
}

/// What happened in one epoch: a line of `metrics.jsonl`.
///
/// Losses and accuracies of training are means over the images of the epoch, as they were met: with weights
/// that move and at the radius of each batch.
public struct EpochRecord: Codable, Sendable, Hashable {
  /// The layout.
  public var schema = TrainingSchema()
  /// The epoch, counted from 1.
  public var epoch: Int
  /// The seconds of the epoch, judging included.
  public var seconds = 0.0
  /// The images per second of training alone.
  public var imagesPerSecond = 0.0
  /// The radius of the last batch, in pixel values from 0 to 1.
  public var epsilon = 0.0
  /// The learning rate of the last batch.
  public var learningRate = 0.0
  /// What was minimised, regularisers included.
  public var loss: Double
  /// The cross-entropy of the images as they are.
  public var cleanLoss: Double?
  /// The loss of the method, without regularisers; nil in an epoch without a radius.
  public var robustLoss: Double?
  /// The regularisers before their weight, summed; nil where they were off.
  public var regularizer: Double?
  /// The distance from the teacher before its weight; nil where there is no teacher.
  public var distillation: Double?
  /// The mean l2 norm of the gradient before it is clipped.
  public var gradientNorm: Double?
  /// The part of the training images that the network was right about.
  public var cleanAccuracy: Double?
  /// The part of the training images that its bounds showed it to be right about.
  public var verifiedAccuracy: Double?
  /// How it did on test images; nil in an epoch that was not judged.
  public var test: EvaluationRecord?
  /// How a transformer did on the part of its text that is kept for judging; nil for networks that classify images.
  public var text: TextRecord?
  /// The layers of ReLUs from the input up; empty in an epoch without bounds.
  public var layers: [LayerRecord] = []
  /// The effective learning rate of each matrix whose size does not matter, from the input up; nil where there is none.
  public var effectiveRates: [EffectiveRateRecord]?
  /// What attention looks like on a few training images, from the input up; nil for networks without attention.
  public var attention: [AttentionRecord]?

  enum CodingKeys: String, CodingKey {
    case schema, epoch, seconds
    case imagesPerSecond = "images_per_second"
    case epsilon
    case learningRate = "learning_rate"
    case loss
    case cleanLoss = "clean_loss"
    case robustLoss = "robust_loss"
    case regularizer, distillation
    case gradientNorm = "gradient_norm"
    case cleanAccuracy = "clean_accuracy"
    case verifiedAccuracy = "verified_accuracy"
    case test, text, layers, attention
    case effectiveRates = "effective_rates"
  }

  /// Creates the record of an epoch; what is not known yet is set afterwards.
  public init(epoch: Int, loss: Double) {
    self.epoch = epoch
    self.loss = loss
  }

  /// The seconds of the epoch's batches, judging not counted.
  ///
  /// - Parameter images: The training images of the epoch.
  public func trainingSeconds(images: Int) -> Double {
    imagesPerSecond > 0 ? Double(images) / imagesPerSecond : 0
  }
}
