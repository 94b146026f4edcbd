import ArgumentParser
import Surety

/// What may be spent on each image of a data set, and in which arithmetic.
struct EffortOptions: ParsableArguments {
  @Option(
    help: """
      The methods to try in order, separated by commas: ibp, forward, crown-ibp, crown, alpha-crown, and at the end \
      bab or milp, which take long. By default ibp,crown-ibp,crown,alpha-crown, and bab where --timeout is given.
      """)
  var methods: String?

  @OptionGroup var time: TimeOptions

  @Option(help: "The arithmetic: float, double, or auto, which is that of the model's numbers.")
  var precision = PrecisionName.auto

  @Option(help: "Where the random numbers of the attack start.")
  var seed: UInt64 = 0

  @OptionGroup var resources: ResourceOptions

  /// The options of a certifier of some images.
  func certifierOptions(
    _ region: RegionOptions, _ images: ImageOptions
  ) throws -> CertifierOptions {
    var options = CertifierOptions(epsilon: try region.epsilon())
    options.norm = region.norm
    try complete(&options, images)
    return options
  }

  /// Fills in what these options and those of the images say; takes up the limits of the process on the way.
  func complete(_ options: inout CertifierOptions, _ images: ImageOptions) throws {
    options.normalization = try images.normalization()
    options.threshold = images.threshold
    options.timeout = try time.limit()
    (options.methods, options.completion) = try methodList(methods, isTimed: time.timeout != nil)
    options.precision = try precision.precision()
    options.memory = try resources.apply()
    options.seed = seed
  }
}
