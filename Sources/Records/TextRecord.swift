/// How a transformer does on a text that it has not learnt from, and how fast its outputs can move.
public struct TextRecord: Codable, Sendable, Hashable {
  /// The tokens that it was asked to predict.
  public var count: Int
  /// The mean cross-entropy, in nats.
  public var loss: Double
  /// The part of the tokens that it predicts.
  public var accuracy: Double
  /// The proved bound of how far outputs can be apart for embedded tokens that are 1 apart, in root mean squares; nil where there is none.
  public var bound: Double?
  /// What the published formula gives, which is no bound.
  public var publishedFigure: Double?
  /// The mean entropy of attention, block by block, in nats.
  public var attentionEntropy: [Double] = []
  /// What the norms of weights and tokens say that these are at least; nil where they say nothing.
  public var attentionEntropyAtLeast: [Double]?
  /// The largest size of a number between layers.
  public var largestActivation = 0.0

  enum CodingKeys: String, CodingKey {
    case count, loss, accuracy, bound
    case publishedFigure = "published_figure"
    case attentionEntropy = "attention_entropy"
    case attentionEntropyAtLeast = "attention_entropy_at_least"
    case largestActivation = "largest_activation"
  }

  /// Creates a record; what is not known yet is set afterwards.
  public init(count: Int, loss: Double, accuracy: Double) {
    (self.count, self.loss, self.accuracy) = (count, loss, accuracy)
  }
}
