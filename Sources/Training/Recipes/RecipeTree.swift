import Files
import Yams

/// Where a value of a recipe was written.
enum RecipeOrigin: Hashable {
  /// In the file, on a line counted from 1.
  case line(Int)
  /// In a setting beside the file, such as `epochs=10`.
  case setting(String)

  var description: String {
    switch self {
    case .line(let line): "line \(line)"
    case .setting(let text): "setting \(text)"
    }
  }
}

/// The values of a recipe as they were written, with their places.
struct RecipeTree {
  enum Content {
    case scalar(String)
    case list([RecipeTree])
    case section([Entry])
  }

  /// A key with its value.
  struct Entry {
    var key: String
    var origin: RecipeOrigin
    var value: RecipeTree
  }

  var content: Content
  var origin: RecipeOrigin

  /// Reads a document of YAML.
  ///
  /// - Throws: `InputError` for text that is not YAML, and for YAML beyond what a recipe needs: keys that are
  ///   not plain words, several documents, more than 10,000 values with aliases written out.
  init(yaml: String, source: String) throws(InputError) {
    let node = try Self.compose(yaml, source: source, origin: nil)
    var budget = 10_000
    self = try Self.tree(of: node, source: source, origin: nil, budget: &budget)
  }

  /// Sets a value from a text of the form `section.key=value`, replacing what the file says.
  ///
  /// - Throws: `InputError` when the text has no such form, or goes into a key that is no section.
  mutating func apply(setting: String, source: String) throws(InputError) {
    let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map {
      $0.trimmingSpaces
    }
    guard parts.count == 2, path.allSatisfy({ !$0.isEmpty }), path.count <= 8 else {
      throw InputError(setting, "is no setting; expected KEY=VALUE, such as epochs=10")
    }
    let origin = RecipeOrigin.setting(setting)
    let value = String(parts[1]).trimmingSpaces
    guard !value.isEmpty else { throw InputError(setting, "has no value after the =") }
    let node = try Self.compose(value, source: setting, origin: origin)
    var budget = 1_000
    let tree = try Self.tree(of: node, source: setting, origin: origin, budget: &budget)
    guard set(path[...], to: tree, origin) else {
      throw InputError(
        setting, "\(path.dropLast().joined(separator: ".")) is no section of \(source)")
    }
  }

  private mutating func set(
    _ path: ArraySlice<String>, to value: RecipeTree, _ origin: RecipeOrigin
  ) -> Bool {
    guard let key = path.first else {
      self = value
      return true
    }
    guard case .section(var entries) = content else { return false }
    let empty = RecipeTree(content: .section([]), origin: origin)
    let place = entries.firstIndex { $0.key == key } ?? entries.endIndex
    if place == entries.endIndex {
      entries.append(Entry(key: key, origin: origin, value: empty))
    } else if path.count == 1 {
      entries[place].origin = origin
    }
    guard entries[place].value.set(path.dropFirst(), to: value, origin) else { return false }
    content = .section(entries)
    return true
  }

  private init(content: Content, origin: RecipeOrigin) {
    self.content = content
    self.origin = origin
  }

  // MARK: From YAML

  private static func compose(
    _ text: String, source: String, origin: RecipeOrigin?
  ) throws(InputError) -> Node {
    do {
      if let node = try Yams.compose(yaml: text, .basic, .default, .utf8) { return node }
    } catch {
      // A setting is a single line, so its place says nothing.
      let (line, problem) = yamlProblem(error)
      throw InputError(
        source, place: origin == nil ? line.map { "line \($0)" } ?? "" : "",
        "is not YAML: \(problem)")
    }
    throw InputError(source, "is empty; docs/recipes.md shows a complete recipe")
  }

  private static func tree(
    of node: Node, source: String, origin: RecipeOrigin?, budget: inout Int
  ) throws(InputError) -> RecipeTree {
    let here = origin ?? .line(node.mark?.line ?? 1)
    func problem(_ message: String) -> InputError {
      InputError(source, place: origin == nil ? here.description : "", message)
    }
    budget -= 1
    if budget < 0 { throw problem("is too large for a recipe") }
    switch node {
    case .scalar(let scalar):
      return RecipeTree(content: .scalar(scalar.string), origin: here)
    case .sequence(let nodes):
      var items: [RecipeTree] = []
      for item in nodes {
        items.append(try tree(of: item, source: source, origin: origin, budget: &budget))
      }
      return RecipeTree(content: .list(items), origin: here)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        guard case .scalar(let name) = key else {
          throw problem("a key must be a plain word")
        }
        entries.append(
          Entry(
            key: name.string, origin: origin ?? .line(key.mark?.line ?? 1),
            value: try tree(of: value, source: source, origin: origin, budget: &budget)))
      }
      return RecipeTree(content: .section(entries), origin: here)
    case .alias:
      // The parser puts the value in place of an alias.
      throw problem("an alias (*name) stands for nothing; write the value out")
    }
  }

  private static func yamlProblem(_ error: any Error) -> (line: Int?, problem: String) {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      return (mark.line, problem)
    case YamlError.reader(let problem, _, _, _): return (nil, problem)
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      return (context.mark.line, "the key \(keys.joined(separator: ", ")) is there twice")
    default: return (nil, "it cannot be read")
    }
  }
}

extension StringProtocol {
  /// The text without spaces and tabs at its ends.
  var trimmingSpaces: String {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
