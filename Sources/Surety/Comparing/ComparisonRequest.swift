import Bounds
import Datasets
import Files
import Foundation
import Training

/// Recipes to compare: each is trained with the same seeds, and all are judged alike.
///
///     var options = ComparisonOptions()
///     options.settings = ["epochs=10"]
///     let request = try ComparisonRequest(["digits", "mine.yaml"], options)
public struct ComparisonRequest: Sendable, Hashable {
  /// A recipe and what it is called in the comparison.
  public struct Entry: Sendable, Hashable {
    /// The name, which is part of the name of a folder: letters, digits, points, lines and underscores.
    public var name: String
    /// The recipe, with its first seed.
    public var recipe: Recipe
  }

  /// The recipes, in the order in which they were named.
  public private(set) var entries: [Entry]
  /// The seeds.
  public let seeds: [Int]
  /// The seconds that each training may take; nil where the recipes say how many epochs they have.
  public let time: Double?

  /// Reads recipes, and checks that they can be compared.
  ///
  /// - Parameter names: Names of built-in recipes or YAML files.
  /// - Throws: `InputError` when a recipe cannot be read or is for text, or two are the same or are judged by different images, radii or
  ///   methods; when a seed comes twice, or time and epochs are both given.
  public init(_ names: [String], _ options: ComparisonOptions = .init()) throws(InputError) {
    (seeds, time) = (options.seeds, options.time)
    try options.check()
    entries = []
    for name in names {
      guard try !AnyRecipe.isForText(name) else {
        throw InputError("recipe \"\(name)\"", "is for text; expected recipes for images")
      }
      var recipe = try Recipe.named(name, settings: options.settings)
      if let epochs = options.epochs { recipe = recipe.scaled(toEpochs: epochs) }
      recipe.seed = options.seeds[0]
      // The usual limit follows the time of training, in which recipes differ.
      recipe.evaluation.seconds = recipe.evaluation.seconds ?? Self.certificationSeconds
      entries.append(Entry(name: unusedName(for: name), recipe: try recipe.validated()))
    }
    guard !entries.isEmpty else { throw InputError("compare", "expected recipes") }
    try checkAgreement()
  }

  /// The seconds that the certification of each training may take unless its recipe says otherwise.
  static let certificationSeconds = 600.0

  /// A name that no recipe before has.
  private func unusedName(for argument: String) -> String {
    let last = URL(fileURLWithPath: argument).lastPathComponent
    let stem = [".yaml", ".yml"].first(where: last.hasSuffix).map {
      String(last.dropLast($0.count))
    }
    let plain = (stem ?? last).map { character in
      character.isASCII && (character.isLetter || character.isNumber) || "._-".contains(character)
        ? character : "-"
    }
    // With the seed it is the name of a folder, which has at most 255 bytes.
    let name = plain.isEmpty ? "recipe" : String(plain.prefix(100))
    let names = entries.map(\.name)
    return names.contains(name)
      ? (2...).lazy.map { "\(name)-\($0)" }.first { !names.contains($0) } ?? name : name
  }

  /// What must be the same in all recipes, and the option that makes it so.
  private static let judgement:
    [(key: String, advice: String, value: @Sendable (Recipe) -> String)] = [
      ("data.name", "--data", { $0.data.name }),
      ("data.first", "--set data.first=N", { $0.data.first.map { "\($0)" } ?? "all" }),
      ("epsilon.test", "--eps", { "\($0.epsilon.test)" }),
      ("evaluation.first", "--test", { $0.evaluation.first.map { "\($0)" } ?? "all" }),
      ("evaluation.certify", "--test", { "\($0.evaluation.certified)" }),
      (
        "evaluation.methods", "--set evaluation.methods=[ibp,crown-ibp,crown]",
        { $0.evaluation.methods.map(\.rawValue).joined(separator: ", ") }
      ),
      (
        "evaluation.seconds", "--set evaluation.seconds=N",
        { $0.evaluation.seconds.map { "\($0)" } ?? "auto" }
      ),
    ]

  private func checkAgreement() throws(InputError) {
    let first = entries[0]
    for entry in entries {
      guard entry.recipe.evaluation.certified > 0 else {
        throw InputError(
          entry.name,
          "evaluation.certify is 0, so nothing would be compared; expected --test as well")
      }
      guard entry.recipe.epsilon.test > 0 else {
        throw InputError(
          entry.name,
          "epsilon.test is 0, at which every right answer counts as certified; expected --eps as well"
        )
      }
    }
    for entry in entries.dropFirst() {
      for part in Self.judgement where part.value(entry.recipe) != part.value(first.recipe) {
        throw InputError(
          entry.name,
          "\(part.key) is \(part.value(entry.recipe)), and \(part.value(first.recipe)) in \(first.name); "
            + "recipes are compared on the same, expected \(part.advice) as well")
      }
    }
    for (place, entry) in entries.enumerated() {
      var same = entry.recipe
      for other in entries[..<place] {
        same.name = other.recipe.name
        guard same != other.recipe else {
          throw InputError(
            entry.name, "is the same recipe as \(other.name); expected different ones")
        }
      }
    }
  }

  /// The request with numbers of epochs that were found to fit the time.
  ///
  /// - Precondition: There is a number for each recipe.
  func scaled(toEpochs counts: [Int]) -> ComparisonRequest {
    precondition(counts.count == entries.count, "\(counts.count) numbers of epochs")
    var result = self
    for (place, count) in counts.enumerated() {
      result.entries[place].recipe = entries[place].recipe.scaled(toEpochs: count)
    }
    return result
  }
}

/// What is done alike to all recipes of a comparison.
public struct ComparisonOptions: Sendable, Hashable {
  /// The seeds; each recipe is trained with each of them.
  public var seeds = [1, 2, 3]
  /// The seconds that each training may take; nil for the epochs of the recipes.
  public var time: Double?
  /// The epochs of each training; nil for those of the recipes.
  public var epochs: Int?
  /// Settings that replace those of every recipe, as for `Recipe.named(_:settings:)`.
  public var settings: [String] = []

  /// Creates options: three seeds, and what the recipes say.
  public init() {}

  /// - Throws: `InputError` naming the option of the command line that is wrong.
  func check() throws(InputError) {
    guard !seeds.isEmpty else {
      throw InputError("--seeds", "is empty, expected seeds such as 1,2,3")
    }
    if let twice = seeds.indices.first(where: { seeds[..<$0].contains(seeds[$0]) }) {
      throw InputError("--seeds", "\(seeds[twice]) is there twice")
    }
    if let negative = seeds.first(where: { $0 < 0 }) {
      throw InputError("--seeds", "\(negative) is not a seed, expected 0 or more")
    }
    // Keys may have spaces around them.
    func key(_ setting: String) -> String {
      setting.prefix { $0 != "=" }.trimmingCharacters(in: .whitespaces)
    }
    if let seed = settings.first(where: { key($0) == "seed" }) {
      throw InputError(
        "--set \(seed)", "seeds of a comparison are those of --seeds; expected them there")
    }
    if let epochs, !(1...1_000_000).contains(epochs) {
      throw InputError("--epochs", "\(epochs) is not a number of epochs, expected 1 to 1000000")
    }
    guard let time else { return }
    guard time > 0, time < 1e9 else {
      throw InputError("--time", "\(time) is not a time, expected seconds above 0")
    }
    guard epochs == nil else {
      throw InputError("--time", "decides the number of epochs; expected it or --epochs, not both")
    }
  }
}
