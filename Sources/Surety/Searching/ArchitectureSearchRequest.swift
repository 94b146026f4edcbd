import Files
import Networks
import Training

/// How a search goes, beside its recipe.
public struct ArchitectureSearchOptions: Sendable, Hashable {
  /// The networks that there are to choose from.
  public var space = SearchSpace()
  /// The seconds that a network may take for an image; nil for no limit.
  public var latency: Double?
  /// The seconds that all methods may take to bound an image; nil for no limit.
  public var certification: Double?
  /// The images that latency is measured with at a time.
  public var batch = 1
  /// How many networks are trained, hand-made ones not counted.
  public var candidates = 40
  /// The networks that are still parents, the youngest ones.
  public var population = 10
  /// How many of them each tournament has.
  public var tournament = 4
  /// Where the search's random numbers start; those of training start where the recipe says.
  public var seed = 0
  /// The epochs of each training; nil for those of the recipe.
  public var epochs: Int?
  /// The seconds that each training may take; nil for its epochs.
  public var time: Double?
  /// How many images, the last ones of the training data, judge the networks.
  public var validation = 200
  /// Hand-made networks to compare with: `NAME`, `NAME:WIDTH` or `NAME:WIDTH:LINEAR`.
  public var references = ["cnn-3", "cnn-5", "cnn-7:16"]
  /// Settings that replace those of the recipe, as for `Recipe.named(_:settings:)`.
  public var settings: [String] = []

  /// Creates the usual options.
  public init() {}

  /// - Throws: `InputError` naming the option of the command line that is wrong.
  func check() throws(InputError) {
    try space.check()
    for (option, value, limit) in [
      ("--batch", batch, 10_000), ("--candidates", candidates, 1_000_000),
      ("--population", population, 1_000_000), ("--tournament", tournament, population),
      ("--validation", validation, 1_000_000), ("--epochs", epochs ?? 1, 1_000_000),
    ] where !(1...limit).contains(value) {
      throw InputError(option, "\(value) is out of range; expected 1 to \(limit)")
    }
    guard seed >= 0 else {
      throw InputError("--seed", "\(seed) is not a seed, expected 0 or more")
    }
    for (option, seconds) in [
      ("--latency", latency), ("--certification-time", certification), ("--time", time),
    ] {
      guard let seconds, !(seconds > 0 && seconds < 1e9) else { continue }
      throw InputError(option, "\(seconds) is not a time, expected seconds above 0")
    }
    guard time == nil || epochs == nil else {
      throw InputError("--time", "decides the number of epochs; expected it or --epochs, not both")
    }
  }
}

/// What is searched: networks of a space, each trained by one recipe.
///
///     var options = ArchitectureSearchOptions()
///     options.latency = 0.5e-3
///     let request = try ArchitectureSearchRequest("digits", options)
public struct ArchitectureSearchRequest: Sendable, Hashable {
  /// A hand-made network.
  struct Reference: Sendable, Hashable {
    /// The name as it was given.
    var name: String
    /// The recipe of its training.
    var recipe: Recipe
  }

  /// The recipe as it is written, whose network is any of the space.
  public let recipe: Recipe
  /// How the search goes.
  public let options: ArchitectureSearchOptions
  /// The hand-made networks.
  let references: [Reference]

  /// Reads a recipe, and checks that networks can be searched for it.
  ///
  /// - Parameter name: The name of a built-in recipe, or a YAML file.
  /// - Throws: `InputError` when the recipe cannot be read, is for text, starts from a file or certifies nothing, or an option is out of
  ///   range.
  public init(
    _ name: String, _ options: ArchitectureSearchOptions = .init()
  ) throws(InputError) {
    try options.check()
    guard try !AnyRecipe.isForText(name) else {
      throw InputError("recipe \"\(name)\"", "is for text; expected one for images")
    }
    try Self.checkChosen(options.settings)
    var base = try Recipe.named(name, settings: options.settings)
    guard base.network.file == nil else {
      throw InputError(
        name,
        "starts from \(base.network.file ?? "a file"), which decides the network; expected none")
    }
    guard !base.evaluation.methods.isEmpty, base.evaluation.certified > 0 else {
      throw InputError(
        name, "evaluation.certify is 0, so that nothing would be certified; expected 1 or more")
    }
    let hand = base
    base.network.architecture = StagedNetwork.name
    base.network.sizes = ArchitectureSettings(normalization: base.network.sizes.normalization)
    recipe = try base.validated()
    self.options = options
    references = try options.references.map { (text) throws(InputError) in
      try Self.reference(text, hand, options)
    }
    for (place, reference) in references.enumerated()
    where references[..<place].contains(where: { $0.name == reference.name }) {
      throw InputError("--against", "\(reference.name) is there twice")
    }
  }

  /// What the search chooses itself, and the option that says from what.
  private static let chosen = [
    "network.architecture": "--kinds", "network.stages": "--kinds", "network.width": "--widths",
    "network.linear": "--linear",
  ]

  /// Refuses settings that the search would replace.
  private static func checkChosen(_ settings: [String]) throws(InputError) {
    for setting in settings {
      let key = String(setting.prefix { $0 != "=" })
      guard let option = chosen[key] else { continue }
      throw InputError("--set", "\(key) is chosen by the search; expected \(option) instead")
    }
  }

  /// Reads the name of a hand-made network.
  private static func reference(
    _ text: String, _ base: Recipe, _ options: ArchitectureSearchOptions
  ) throws(InputError) -> Reference {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let numbers = parts.dropFirst().map { Int($0) }
    guard (1...3).contains(parts.count), numbers.allSatisfy({ ($0 ?? 0) > 0 }) else {
      throw InputError(
        "--against", "'\(text)' is no network, expected NAME, NAME:WIDTH or NAME:WIDTH:LINEAR")
    }
    var recipe = base
    recipe.network.architecture = parts[0]
    let isNormalized = base.network.sizes.normalization
    recipe.network.sizes = ArchitectureSettings(
      width: numbers.first ?? nil, linear: numbers.count > 1 ? numbers[1] : nil,
      normalization: isNormalized)
    do throws(InputError) {
      _ = try Architectures.named(parts[0], recipe.network.sizes)
    } catch {
      throw InputError("--against", "'\(text)': \(error.source) \(error.message)")
    }
    return Reference(name: text, recipe: shortened(recipe, options))
  }

  /// A recipe with the epochs of the search's trainings.
  private static func shortened(_ recipe: Recipe, _ options: ArchitectureSearchOptions) -> Recipe {
    options.epochs.map { recipe.scaled(toEpochs: $0) } ?? recipe
  }

  /// The recipe of the trainings, without their networks.
  var proxy: Recipe { Self.shortened(recipe, options) }

  /// The recipe of a network's training in the search.
  func proxy(for network: StagedNetwork) -> Recipe { Self.with(network, proxy) }

  /// The recipe of a network as it is trained in full.
  func full(for network: StagedNetwork) -> Recipe {
    var result = Self.with(network, recipe)
    result.name = recipe.name.isEmpty ? "searched" : "\(recipe.name)-searched"
    return result
  }

  private static func with(_ network: StagedNetwork, _ recipe: Recipe) -> Recipe {
    var result = recipe
    result.network.sizes.stages = network.stages
    result.network.sizes.linear = network.linear
    return result
  }

  /// The search itself.
  var evolution: AgingEvolution {
    AgingEvolution(
      extents: options.space.extents, population: options.population,
      tournament: options.tournament, seed: UInt64(options.seed))
  }
}
