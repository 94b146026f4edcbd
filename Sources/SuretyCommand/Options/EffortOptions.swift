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

  @Option(help: "The time limit of one example in seconds.")
  var timeout: Double?

  @Option(help: "The arithmetic: float, double, or auto, which is that of the model's numbers.")
  var precision = PrecisionName.auto

  @Option(help: "Where the random numbers of the attack start.")
  var seed: UInt64 = 0

  @OptionGroup var resources: ResourceOptions

  /// The options of a certifier of some images; takes up the limits of the process on the way.
  func certifierOptions(epsilon: Double, _ images: ImageOptions) throws -> CertifierOptions {
    var options = CertifierOptions(epsilon: epsilon)
    options.norm = images.norm
    options.normalization = try images.normalization()
    options.timeout = try duration(timeout)
    (options.methods, options.completion) = try methodList(methods, isTimed: timeout != nil)
    options.precision = try precision.precision()
    options.memory = try resources.apply()
    options.seed = seed
    return options
  }
}
