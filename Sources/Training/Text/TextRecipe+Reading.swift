import Files

extension TextRecipe {
  /// Reads a recipe from YAML.
  ///
  /// - Parameters: As for `Recipe.init(yaml:source:settings:)`.
  /// - Throws: `InputError` that lists everything that is wrong, with the lines.
  public init(yaml: String, source: String, settings: [String] = []) throws(InputError) {
    var tree = try RecipeTree(yaml: yaml, source: source)
    for setting in settings { try tree.apply(setting: setting, source: source) }
    guard case .section(let entries) = tree.content else {
      throw InputError(source, "is not a recipe; expected lines such as \"task: text\"")
    }
    let problems = RecipeProblems(source: source)
    var reader = RecipeReader(entries, problems: problems)
    self.init()
    visit(&reader)
    reader.finish()
    if problems.isEmpty { reportContradictions(to: problems) }
    try problems.throwIfAny()
  }

  /// Finds a recipe by its name or reads it from a file.
  ///
  /// - Throws: `InputError` as `Recipe.named` does.
  public static func named(_ name: String, settings: [String] = []) throws(InputError) -> TextRecipe
  {
    let found = try Recipe.source(of: name)
    return try TextRecipe(yaml: found.yaml, source: found.source, settings: settings)
  }

  /// The recipe as YAML with every setting that applies, in one order.
  public var yaml: String {
    var writer = RecipeWriter()
    var copy = self
    copy.visit(&writer)
    return writer.lines.joined(separator: "\n") + "\n"
  }

  /// The recipe for another number of epochs.
  ///
  /// - Precondition: `count` is at least 1.
  public func scaled(toEpochs count: Int) -> TextRecipe {
    precondition(count >= 1, "\(count) epochs")
    var recipe = self
    let (old, new) = (Double(epochs), Double(count))
    recipe.optimizer.decayEpochs = optimizer.decayEpochs
      .map { Int((Double($0) * new / old).rounded()) }.filter { $0 >= 1 && $0 < count }
    recipe.epochs = count
    return recipe
  }
}

/// A recipe for images or for text.
public enum AnyRecipe: Sendable {
  /// Networks that classify images, certified by bounds of regions.
  case images(Recipe)
  /// Transformers that continue a text, certified by constants of their weights.
  case text(TextRecipe)

  /// Whether a recipe, by its name or its file, is for text: it says what its task is.
  ///
  /// - Throws: `InputError` when there is no such recipe.
  public static func isForText(_ name: String) throws(InputError) -> Bool {
    let found = try Recipe.source(of: name)
    guard
      case .section(let entries) = try RecipeTree(yaml: found.yaml, source: found.source).content
    else { return false }
    return entries.contains { $0.key == "task" }
  }
}
