/// A recipe of a comparison, and what its trainings came to.
public struct ComparedRecipe: Codable, Sendable, Hashable {
  /// What the trainings with a model came to; a number that none of them has is nil.
  public struct Results: Codable, Sendable, Hashable {
    /// The part of the images that the network is right about.
    public var clean: Spread?
    /// The part that it is right about and no attack changed.
    public var attacked: Spread?
    /// The part that is certified.
    public var certified: Spread?
    /// The part that intervals alone verify, of all images that epochs are judged by.
    public var verified: Spread?
    /// The width of margins by CROWN over that by intervals.
    public var tightness: Spread?
    /// The seconds of training, judging not counted.
    public var seconds: Spread?

    /// Creates empty results.
    public init() {}
  }

  /// How a recipe's certified accuracy differs from that of the first one.
  public struct Difference: Codable, Sendable, Hashable {
    /// The difference of the means.
    public var certified: Double
    /// Whether it is more than the spread: all seeds of one lie beyond all seeds of the other. Nil where either has only one seed.
    public var exceedsSpread: Bool?
    /// True where the certifier had not the time for the same images in all trainings of both, so that nothing follows; else nil.
    public var differentImages: Bool?

    enum CodingKeys: String, CodingKey {
      case certified
      case exceedsSpread = "exceeds_spread"
      case differentImages = "different_images"
    }

    /// Creates a difference.
    public init(certified: Double, exceedsSpread: Bool?, differentImages: Bool? = nil) {
      (self.certified, self.exceedsSpread) = (certified, exceedsSpread)
      self.differentImages = differentImages
    }
  }

  /// The name: that of the built-in recipe, or of the file without its ending.
  public var name: String
  /// The recipe as it is trained, as YAML with every default written out; its seed is the first one.
  public var recipe: String
  /// The settings in which the recipes of the comparison differ, by their paths such as `loss.lambda`.
  public var settings: [String: String] = [:]
  /// The epochs of each training.
  public var epochs: Int
  /// The seconds that an epoch took in a trial before the first training; nil where no time was given.
  public var secondsPerEpoch: Double?
  /// The trainings that have ended, in the order of the seeds.
  public var trainings: [ComparedTraining] = []
  /// What they came to.
  public var results = Results()
  /// The SHA-256 digest of the model that every training starts from; nil for networks that are drawn.
  public var startDigest: String?
  /// The SHA-256 digest of the model that every training is drawn to; nil for none.
  public var teacherDigest: String?
  /// The difference from the first recipe; nil for that one, and where nothing is known of either.
  public var difference: Difference?

  enum CodingKeys: String, CodingKey {
    case name, recipe, settings, epochs
    case secondsPerEpoch = "seconds_per_epoch"
    case trainings, results, difference
    case startDigest = "start_sha256"
    case teacherDigest = "teacher_sha256"
  }

  /// Creates the record of a recipe that has not been trained yet.
  public init(name: String, recipe: String, epochs: Int, secondsPerEpoch: Double? = nil) {
    (self.name, self.recipe, self.epochs) = (name, recipe, epochs)
    self.secondsPerEpoch = secondsPerEpoch
  }

  /// The trainings that ended in a model.
  public var finished: [ComparedTraining] { trainings.filter { $0.status == .finished } }

  /// Sums up the trainings.
  mutating func sumUp() {
    let finished = finished
    func spread(_ value: (ComparedTraining) -> Double?) -> Spread? {
      Spread(finished.compactMap(value))
    }
    results.clean = spread { $0.judged?.cleanAccuracy }
    results.attacked = spread { $0.judged?.attackAccuracy }
    results.certified = spread { $0.judged?.certifiedAccuracy }
    results.verified = spread { $0.intervals?.verifiedAccuracy }
    results.tightness = spread { $0.bounds?.tightness }
    results.seconds = spread { $0.seconds }
  }

  /// The difference of this recipe's certified accuracy from another one's; nil where either has none.
  func difference(from first: ComparedRecipe) -> Difference? {
    guard let own = results.certified, let other = first.results.certified else { return nil }
    let counts = Set((finished + first.finished).map { $0.judged?.count ?? 0 })
    guard counts.count < 2 else {
      return Difference(
        certified: own.mean - other.mean, exceedsSpread: nil, differentImages: true)
    }
    return Difference(certified: own.mean - other.mean, exceedsSpread: own.isApart(from: other))
  }
}
