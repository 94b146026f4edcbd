import Files
import Foundation

/// Several recipes, each trained with the same seeds and judged alike: `comparison.json`.
public struct ComparisonRecord: Codable, Sendable, Hashable {
  /// The layout.
  public var schema = TrainingSchema()
  /// The version of the program.
  public var version: String
  /// The program and its arguments; nil where another program made the comparison through the library.
  public var command: [String]?
  /// When the comparison began: date and time in UTC, such as `2026-11-24T12:00:00Z`.
  public var started: String
  /// When its last training ended; nil while some are missing.
  public var ended: String?
  /// The machine.
  public var machine: MachineRecord
  /// The compilers and libraries.
  public var software: SoftwareRecord?
  /// The images.
  public var images: RunImages
  /// The radius that all are judged at, in pixel values from 0 to 1.
  public var epsilon: Double
  /// The test images that the certifier is asked about, from the first on.
  public var requested: Int
  /// The methods of the certifier, in order.
  public var methods: [String]
  /// The seeds.
  public var seeds: [Int]
  /// The seconds that each training may take; nil where the recipes say how many epochs they have.
  public var time: Double?
  /// The recipes, in the order in which they were named.
  public var recipes: [ComparedRecipe]

  enum CodingKeys: String, CodingKey {
    case schema, version, command, started, ended, machine, software, images, epsilon, requested,
      methods
    case seeds
    case time = "time_s"
    case recipes
  }

  /// Creates the record of a comparison that begins; what is not named is set afterwards.
  public init(
    version: String, machine: MachineRecord, images: RunImages, seeds: [Int],
    recipes: [ComparedRecipe]
  ) {
    self.version = version
    self.machine = machine
    self.images = images
    self.seeds = seeds
    self.recipes = recipes
    (epsilon, requested, methods) = (0, 0, [])
    started = TrainingRun.time()
  }

  /// The folder of a training within that of the comparison.
  public static func folder(of recipe: String, seed: Int) -> String { "\(recipe)-seed-\(seed)" }

  /// The trainings that have ended.
  public var trainings: Int { recipes.reduce(0) { $0 + $1.trainings.count } }

  /// The trainings that there are in all.
  public var planned: Int { recipes.count * seeds.count }

  /// Whether every training has ended.
  public var isFinished: Bool { trainings == planned }

  /// The recipes, the one with the largest certified accuracy first; those without one last, in the order in which they were named.
  public var ranked: [ComparedRecipe] {
    recipes.enumerated().sorted { a, b in
      func key(_ entry: (offset: Int, element: ComparedRecipe)) -> (Double, Int) {
        (-(entry.element.results.certified?.mean ?? -1), entry.offset)
      }
      return key(a) < key(b)
    }.map(\.element)
  }

  /// Takes in a training that has ended, and sums up anew.
  ///
  /// - Parameter place: The place of its recipe.
  /// - Precondition: The seed is one of the comparison's that the recipe has no training of.
  public mutating func add(_ training: ComparedTraining, to place: Int) {
    precondition(
      seeds.contains(training.seed)
        && !recipes[place].trainings.contains { $0.seed == training.seed },
      "seed \(training.seed) of \(recipes[place].name)")
    recipes[place].trainings.append(training)
    recipes[place].trainings.sort { a, b in
      (seeds.firstIndex(of: a.seed) ?? 0) < (seeds.firstIndex(of: b.seed) ?? 0)
    }
    recipes[place].sumUp()
    for other in recipes.indices.dropFirst() {
      recipes[other].difference = recipes[other].difference(from: recipes[0])
    }
  }

  /// Reads `comparison.json`.
  ///
  /// - Throws: `InputError` when the file is missing, is no such record, or has an unknown layout.
  public init(contentsOf path: String) throws(InputError) {
    let data = try readFile(path, limit: 1 << 26)
    do {
      self = try JSONDecoder().decode(ComparisonRecord.self, from: data)
    } catch {
      throw InputError(path, "is not the record of a comparison (\(jsonProblem(error)))")
    }
    guard !recipes.isEmpty else { throw InputError(path, "compares no recipe") }
  }

  /// Writes `comparison.json`, so that a reader sees the old record or the new.
  ///
  /// - Throws: `InputError` when the file cannot be written, or a number in it is not finite.
  public func write(to path: String) throws(InputError) { try writeSummary(self, to: path) }
}
