import Files

/// Reads the fields of a section of a recipe and collects what is wrong with it.
struct RecipeReader: RecipeFields {
  let problems: RecipeProblems
  let entries: [RecipeTree.Entry]
  /// What stands before a key in messages: empty, or the section and a dot.
  let prefix: String
  var known: [String] = []
  var named: Set<String> = []

  /// Creates a reader of a section.
  init(_ entries: [RecipeTree.Entry], prefix: String = "", problems: RecipeProblems) {
    self.entries = entries
    self.prefix = prefix
    self.problems = problems
    for entry in entries { problems.note(prefix + entry.key, at: entry.origin) }
  }

  /// Reports the keys that nobody asked for.
  func finish() {
    for entry in entries where !named.contains(entry.key) {
      let section = prefix.isEmpty ? "" : " in \(prefix.dropLast())"
      let hint =
        nearest(to: entry.key, among: known).map { "did you mean \($0)?" }
        ?? "known are \(known.joined(separator: ", "))"
      problems.add(at: entry.origin, "unknown key \"\(entry.key)\"\(section); \(hint)")
    }
  }

  // MARK: Fields

  mutating func number(
    _ key: String, _ value: inout Double, in range: NumberRange, default standard: Double?
  ) {
    guard let tree = take(key) else {
      if let standard { value = standard } else { addMissing(key, range.description) }
      return
    }
    if let number = number(tree, key, range) { value = number }
  }

  mutating func number(
    _ key: String, _ value: inout Double?, in range: NumberRange, none: String,
    default standard: Double?
  ) {
    value = standard
    guard let tree = take(key) else { return }
    if case .scalar(none) = tree.content {
      value = nil
    } else if let number = number(tree, key, range, or: none) {
      value = number
    }
  }

  mutating func integer(
    _ key: String, _ value: inout Int, in range: ClosedRange<Int>, default standard: Int
  ) {
    value = standard
    if let tree = take(key), let number = integer(tree, key, range) { value = number }
  }

  mutating func integer(
    _ key: String, _ value: inout Int?, in range: ClosedRange<Int>, none: String
  ) {
    value = nil
    guard let tree = take(key) else { return }
    if case .scalar(none) = tree.content { return }
    if let number = integer(tree, key, range, or: none) { value = number }
  }

  mutating func flag(_ key: String, _ value: inout Bool, default standard: Bool) {
    value = standard
    guard let tree = take(key) else { return }
    switch tree.content {
    case .scalar("true"): value = true
    case .scalar("false"): value = false
    default: add(key, "\(shown(tree)) is neither true nor false")
    }
  }

  mutating func text(_ key: String, _ value: inout String, default standard: String?) {
    guard let tree = take(key) else {
      if let standard { value = standard } else { addMissing(key, "a name") }
      return
    }
    guard case .scalar(let text) = tree.content, !text.contains(where: \.isNewline), !text.isEmpty
    else {
      // What the writer writes for nothing reads back as nothing.
      if case .scalar("") = tree.content, standard == "" { return value = "" }
      return add(key, "\(shown(tree)) is not a text of one line")
    }
    value = text
  }

  mutating func text(_ key: String, _ value: inout String?, none: String) {
    var text = none
    self.text(key, &text, default: none)
    value = text == none ? nil : text
  }

  mutating func choice<C: RecipeChoice>(_ key: String, _ value: inout C, default standard: C) {
    value = standard
    if let tree = take(key), let choice = choice(tree, key, C.self) { value = choice }
  }

  mutating func choice<C: RecipeChoice>(_ key: String, _ value: inout C?, none: String) {
    value = nil
    guard let tree = take(key) else { return }
    if case .scalar(none) = tree.content { return }
    value = choice(tree, key, C.self, or: none)
  }

  mutating func choices<C: RecipeChoice>(
    _ key: String, _ value: inout [C], default standard: [C]
  ) {
    value = standard
    guard let tree = take(key) else { return }
    guard case .list(let items) = tree.content else {
      return add(key, "\(shown(tree)) is not a list; expected one such as [\(names(C.self))]")
    }
    let chosen = items.compactMap { choice($0, key, C.self) }
    guard chosen.count == items.count else { return }
    if let twice = chosen.indices.first(where: { chosen[..<$0].contains(chosen[$0]) }) {
      return add(key, "\(chosen[twice].rawValue) is there twice")
    }
    // In one order, so that equal recipes are written equally.
    value = C.allCases.filter(chosen.contains)
  }

  mutating func numbers(
    _ key: String, _ value: inout [Double], in range: NumberRange, count: Int?,
    default standard: [Double]
  ) {
    value = standard
    guard let tree = take(key) else { return }
    let expected = count.map { "a list of \($0) numbers" } ?? "a list of numbers"
    guard case .list(let items) = tree.content, !items.isEmpty, count ?? items.count == items.count
    else {
      return add(key, "\(shown(tree)) is not \(expected)")
    }
    let numbers = items.compactMap { number($0, key, range) }
    if numbers.count == items.count { value = numbers }
  }

  mutating func integers(
    _ key: String, _ value: inout [Int]?, in range: ClosedRange<Int>, none: String
  ) {
    value = nil
    guard let tree = take(key) else { return }
    if case .scalar(none) = tree.content { return }
    guard case .list(let items) = tree.content, !items.isEmpty else {
      return add(key, "\(shown(tree)) is not a list of whole numbers, nor \(none)")
    }
    let numbers = items.compactMap { integer($0, key, range) }
    if numbers.count == items.count { value = numbers }
  }

  mutating func words<W: LosslessStringConvertible>(
    _ key: String, _ value: inout [W]?, example: [W], none: String
  ) {
    value = nil
    guard let tree = take(key) else { return }
    if case .scalar(none) = tree.content { return }
    let usual = "[\(example.map(\.description).joined(separator: ", "))]"
    guard case .list(let items) = tree.content, !items.isEmpty else {
      return add(key, "\(shown(tree)) is not a list such as \(usual), nor \(none)")
    }
    var words: [W] = []
    for item in items {
      guard case .scalar(let text) = item.content, let word = W(text) else {
        return add(key, "\(shown(item)) is none of a list such as \(usual)")
      }
      words.append(word)
    }
    value = words
  }

  mutating func increasing(
    _ key: String, _ value: inout [Int], in range: ClosedRange<Int>, default standard: [Int]
  ) {
    value = standard
    guard let tree = take(key) else { return }
    guard case .list(let items) = tree.content else {
      return add(key, "\(shown(tree)) is not a list of whole numbers, such as [20, 23]")
    }
    let numbers = items.compactMap { integer($0, key, range) }
    guard numbers.count == items.count else { return }
    guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) else {
      return add(key, "\(shown(tree)) does not increase; each number must exceed the one before")
    }
    value = numbers
  }

  mutating func weight(
    _ key: String, _ value: inout WeightSchedule, default standard: WeightSchedule
  ) {
    value = standard
    guard let tree = take(key) else { return }
    switch tree.content {
    case .list(let ends) where ends.count == 2:
      if let start = number(ends[0], key, .fraction), let end = number(ends[1], key, .fraction) {
        value = WeightSchedule(from: start, to: end)
      }
    case .scalar:
      if let number = number(tree, key, .fraction) { value = .constant(number) }
    default: add(key, "\(shown(tree)) is neither a number nor two, [FROM, TO]")
    }
  }

  mutating func section(_ key: String, _ body: (inout Self) -> Void) {
    var entries: [RecipeTree.Entry] = []
    if let tree = take(key) {
      if case .section(let found) = tree.content {
        entries = found
      } else {
        add(key, "\(shown(tree)) is not a section; its keys stand below it, indented")
      }
    }
    var reader = RecipeReader(entries, prefix: "\(prefix)\(key).", problems: problems)
    body(&reader)
    reader.finish()
  }

  mutating func inapplicable(_ keys: [String], _ reason: String) {
    for entry in entries where keys.contains(entry.key) {
      named.insert(entry.key)
      add(entry.key, reason)
    }
  }
}
