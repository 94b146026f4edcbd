/// What `surety certify` shows of a trained network, on the first test images.
public struct CertificationRecord: Codable, Sendable, Hashable {
  /// What was shown at one radius.
  public struct Radius: Codable, Sendable, Hashable {
    /// The radius, in pixel values from 0 to 1.
    public var epsilon: Double
    /// The part of the images that the network is right about.
    public var cleanAccuracy: Double
    /// The part that it is right about and no attack changed.
    public var attackAccuracy: Double
    /// The part that is certified.
    public var certifiedAccuracy: Double

    enum CodingKeys: String, CodingKey {
      case epsilon
      case cleanAccuracy = "clean_accuracy"
      case attackAccuracy = "attack_accuracy"
      case certifiedAccuracy = "certified_accuracy"
    }

    /// Creates a record.
    public init(
      epsilon: Double, cleanAccuracy: Double, attackAccuracy: Double, certifiedAccuracy: Double
    ) {
      self.epsilon = epsilon
      self.cleanAccuracy = cleanAccuracy
      self.attackAccuracy = attackAccuracy
      self.certifiedAccuracy = certifiedAccuracy
    }
  }

  /// The methods that were tried, in order.
  public var methods: [String]
  /// The arithmetic of the bounds: `float32` or `float64`.
  public var arithmetic: String
  /// The images that were asked for, from the first test image on.
  public var requested: Int
  /// The images that were done at every radius before the time was up.
  public var count: Int
  /// The seconds it took.
  public var seconds: Double
  /// The results, smallest radius first; empty when there was no time for any.
  public var radii: [Radius]

  /// Creates a record.
  public init(
    methods: [String], arithmetic: String, requested: Int, count: Int, seconds: Double,
    radii: [Radius]
  ) {
    self.methods = methods
    self.arithmetic = arithmetic
    self.requested = requested
    self.count = count
    self.seconds = seconds
    self.radii = radii
  }
}
