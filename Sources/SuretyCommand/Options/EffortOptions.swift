import ArgumentParser
import Surety

/// What may be spent on each image of a data set, and in which arithmetic.
struct EffortOptions: ParsableArguments {
  @Option(
    help: """
      The methods to try in order, separated by commas: ibp, forward, crown-ibp, crown, alpha-crown, before them \
      lipschitz, which asks how far outputs can move at all, after them lipschitz-crown, which asks it for the region alone with what \
      crown knows of it, and at the end bab or milp, which take long. By default ibp,crown-ibp,crown,alpha-crown, and bab where --timeout is given.
      """)
  var methods: String?

  @OptionGroup var time: TimeOptions

  @Option(help: "The steps of each descent of the attack; 0 for no attack.")
  var attackSteps = 100

  @Option(help: "The descents from different starts for each other class; 0 for no attack.")
  var attackRestarts = 2

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
    let choice = try methodList(methods, isTimed: time.timeout != nil)
    (options.methods, options.completeMethod) = (choice.bounds, choice.completion)
    (options.usesConstants, options.joinsConstants) = (choice.usesConstants, choice.joinsConstants)
    options.precision = precision.precision
    options.memory = try resources.apply()
    options.seed = seed
    try options.setAttack(steps: attackSteps, restarts: attackRestarts, least: 0)
  }
}

extension CertifierOptions {
  /// Takes over the effort of the attack from options.
  ///
  /// - Parameter least: The smallest number that makes sense.
  mutating func setAttack(steps: Int, restarts: Int, least: Int) throws(InputError) {
    let range = "expected \(least) or more"
    guard steps >= least else {
      throw InputError("--attack-steps", "\(steps) is not a number of steps, \(range)")
    }
    guard restarts >= least else {
      throw InputError("--attack-restarts", "\(restarts) is not a number of descents, \(range)")
    }
    (attackSteps, attackRestarts) = (steps, restarts)
  }
}
