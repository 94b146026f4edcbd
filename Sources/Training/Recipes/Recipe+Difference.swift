import Yams

extension Recipe {
  /// Names the settings in which two recipes differ, with both values; nil where no setting does.
  ///
  /// - Parameters:
  ///   - there: A recipe as YAML, every default written out.
  ///   - here: The other one.
  public static func difference(there: String, here: String) -> String? {
    guard let there = settings(of: there), let here = settings(of: here) else { return nil }
    let keys = Set(there.keys).union(here.keys).filter { there[$0] != here[$0] }
      // What the whole recipe is about before what a part of it is.
      .sorted { ($0.split(separator: ".").count, $0) < ($1.split(separator: ".").count, $1) }
    guard !keys.isEmpty else { return nil }
    let named = keys.prefix(3).map { key in
      "\(key) is \(there[key] ?? "missing") there and \(here[key] ?? "missing") here"
    }
    let rest = keys.count > named.count ? [" and \(keys.count - named.count) more"] : []
    return named.joined(separator: ", ") + rest.joined()
  }

  /// The settings in which several recipes differ, recipe by recipe, by their paths such as `loss.lambda`; name and seed left out.
  ///
  /// A setting that a recipe's method does not have is missing there.
  public static func differing(_ recipes: [Recipe]) -> [[String: String]] {
    let all = recipes.map { settings(of: $0.yaml) ?? [:] }
    let keys = Set(all.flatMap(\.keys)).subtracting(["name", "seed"]).filter { key in
      all.contains { $0[key] != all[0][key] }
    }
    return all.map { settings in settings.filter { keys.contains($0.key) } }
  }

  /// The settings by their paths, such as `optimizer.learning-rate`; nil where the text is none.
  private static func settings(of text: String) -> [String: String]? {
    guard let node = try? compose(yaml: text) else { return nil }
    var result: [String: String] = [:]
    func add(_ node: Node, _ path: String) {
      if let mapping = node.mapping {
        for (key, value) in mapping {
          add(value, path + (path.isEmpty ? "" : ".") + (key.string ?? ""))
        }
      } else if let items = node.sequence {
        for (place, item) in items.enumerated() { add(item, "\(path).\(place + 1)") }
      } else {
        result[path] = node.string ?? ""
      }
    }
    add(node, "")
    return result
  }
}
