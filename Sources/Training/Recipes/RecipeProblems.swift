import Files

/// Everything that is wrong with a recipe, so that a user sees all of it at once.
final class RecipeProblems {
  private struct Problem {
    var origin: RecipeOrigin?
    var message: String

    /// The place in a list: what is missing first, then line by line, then settings.
    var rank: Int {
      switch origin {
      case nil: 0
      case .line(let line): line
      case .setting: .max
      }
    }
  }

  private let source: String
  private var problems: [Problem] = []
  private var origins: [String: RecipeOrigin] = [:]

  /// Creates an empty list.
  ///
  /// - Parameter source: The file or the name of the recipe.
  init(source: String) {
    self.source = source
  }

  /// Remembers where the value of a key was written.
  func note(_ path: String, at origin: RecipeOrigin) { origins[path] = origin }

  /// Adds a problem with the value of a key, at the place where the value was written.
  func add(_ path: String, _ message: String) {
    add(at: origins[path], "\(path): \(message)")
  }

  /// Adds a problem at a place.
  func add(at origin: RecipeOrigin?, _ message: String) {
    problems.append(Problem(origin: origin, message: message))
  }

  /// Whether nothing is wrong so far.
  var isEmpty: Bool { problems.isEmpty }

  /// Throws an error that lists the problems, when there are any.
  func throwIfAny() throws(InputError) {
    guard let first = problems.first else { return }
    if problems.count == 1 {
      throw InputError(source, place: first.origin?.description ?? "", first.message)
    }
    // The sort is stable: problems of one line stay in the order in which they were found.
    let list = problems.sorted { $0.rank < $1.rank }.map { problem in
      [problem.origin?.description, problem.message].compactMap(\.self).joined(separator: ": ")
    }
    throw InputError(source, "\(problems.count) problems: \(list.joined(separator: " | "))")
  }
}
