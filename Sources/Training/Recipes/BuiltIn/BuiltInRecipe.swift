import Files

/// A recipe that comes with the library.
struct BuiltInRecipe {
  /// The name by which it is asked for.
  var name: String
  /// What it is for, in one line.
  var purpose: String
  /// The recipe without its name.
  var yaml: String

  /// Creates a recipe.
  init(_ name: String, _ purpose: String, _ yaml: String) {
    self.name = name
    self.purpose = purpose
    self.yaml = yaml
  }

  /// All of them, by data set.
  static let all: [BuiltInRecipe] =
    digitsRecipes + mnistRecipes + cifar10Recipes + tinyImageNetRecipes + smallRecipes
    + visionTransformerRecipes + contractionRecipes
}

extension Recipe {
  /// A recipe that comes with the library, for lists of them.
  public struct Summary: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What it is for, in one line.
    public var purpose: String
  }

  /// The recipes that come with the library.
  public static var builtIn: [Summary] {
    BuiltInRecipe.all.map { Summary(name: $0.name, purpose: $0.purpose) }
  }

  /// Those for text, which `TextRecipe` reads.
  public static var builtInForText: [Summary] {
    textRecipes.map { Summary(name: $0.name, purpose: $0.purpose) }
  }

  /// Finds a recipe by its name or reads it from a file.
  ///
  /// A text that ends in `.yaml` or `.yml`, or that contains a slash, is a file; anything else a name.
  ///
  /// - Parameters:
  ///   - name: A name of `builtIn`, or a file.
  ///   - settings: As for `init(yaml:source:settings:)`.
  /// - Throws: `InputError` naming the nearest known recipe, or as reading a recipe does.
  public static func named(_ name: String, settings: [String] = []) throws(InputError) -> Recipe {
    let found = try source(of: name)
    return try Recipe(yaml: found.yaml, source: found.source, settings: settings)
  }

  /// The text of a recipe that is named or a file, and where it comes from.
  struct Source {
    var yaml: String
    var source: String
  }

  static func source(of name: String) throws(InputError) -> Source {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.contains("/") {
      return Source(yaml: try text(of: name), source: name)
    }
    let all = BuiltInRecipe.all + textRecipes
    guard let recipe = all.first(where: { $0.name == name }) else {
      let names = all.map(\.name)
      let hint =
        nearest(to: name, among: names).map { "; did you mean \($0)?" }
        ?? "; known are \(names.joined(separator: ", "))"
      throw InputError(
        "recipe \"\(name)\"",
        "unknown\(hint) A recipe of your own is a file whose name ends in .yaml")
    }
    return Source(yaml: "name: \(recipe.name)\n\(recipe.yaml)", source: recipe.name)
  }
}
