import Files

extension RecipeReader {
  mutating func take(_ key: String) -> RecipeTree? {
    known.append(key)
    named.insert(key)
    return entries.first { $0.key == key }?.value
  }

  func add(_ key: String, _ message: String) { problems.add(prefix + key, message) }

  func addMissing(_ key: String, _ expected: String) {
    add(key, "is missing; expected \(expected)")
  }

  func number(
    _ tree: RecipeTree, _ key: String, _ range: NumberRange, or none: String? = nil
  ) -> Double? {
    let expected = range.description + (none.map { ", or \($0)" } ?? "")
    guard case .scalar(let text) = tree.content, let value = recipeNumber(text) else {
      add(key, "\(shown(tree)) is not a number; expected \(expected)")
      return nil
    }
    guard range.contains(value) else {
      add(key, "\(text) is out of range; expected \(expected)")
      return nil
    }
    return value
  }

  func integer(
    _ tree: RecipeTree, _ key: String, _ range: ClosedRange<Int>, or none: String? = nil
  ) -> Int? {
    let top = range.upperBound == .max ? " on" : " to \(range.upperBound)"
    let expected = "one from \(range.lowerBound)\(top)" + (none.map { ", or \($0)" } ?? "")
    guard case .scalar(let text) = tree.content, let value = Int(text) else {
      add(key, "\(shown(tree)) is not a whole number; expected \(expected)")
      return nil
    }
    guard range.contains(value) else {
      add(key, "\(text) is out of range; expected \(expected)")
      return nil
    }
    return value
  }

  func choice<C: RecipeChoice>(
    _ tree: RecipeTree, _ key: String, _: C.Type, or none: String? = nil
  ) -> C? {
    let known = C.allCases.map(\.rawValue) + (none.map { [$0] } ?? [])
    let names = known.joined(separator: ", ")
    guard case .scalar(let text) = tree.content else {
      add(key, "\(shown(tree)) is not one of \(names)")
      return nil
    }
    if let value = C(rawValue: text) { return value }
    let hint = nearest(to: text, among: known).map { "; did you mean \($0)?" } ?? ""
    add(key, "\"\(text)\" is not one of \(names)\(hint)")
    return nil
  }

  func names<C: RecipeChoice>(_: C.Type) -> String {
    C.allCases.map(\.rawValue).joined(separator: ", ")
  }

  /// A value for a message, cut to a readable length.
  func shown(_ tree: RecipeTree) -> String {
    switch tree.content {
    case .scalar(""): "nothing"
    case .scalar(let text): "\"\(text.prefix(60))\""
    case .list: "a list"
    case .section: "a section"
    }
  }
}

/// Reads a decimal number or a quotient of two, as people write radii: `0.03`, `5e-4`, `8/255`.
///
/// - Returns: The finite number, divided in double precision, or nil.
func recipeNumber(_ text: String) -> Double? {
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  let digits = parts.map { part -> Double? in
    guard part.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }) else {
      return nil
    }
    return Double(part)
  }
  guard digits.count <= 2, let first = digits[0], let last = digits[digits.count - 1] else {
    return nil
  }
  let value = digits.count == 2 ? first / last : first
  return value.isFinite ? value : nil
}
