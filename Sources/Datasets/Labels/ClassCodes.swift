import Files

/// A name of a class where it was met, for messages.
struct FoundName {
  var name: String
  /// Such as `line 3`.
  var place = ""
}

/// The labels that names of classes stand for.
///
/// Names that are all whole numbers are the labels themselves; otherwise a label is the position in
/// alphabetical order. Where the user says which is meant, that is so.
struct ClassCodes {
  /// The names in the order of the labels.
  let names: [String]
  /// How the labels came about.
  private(set) var numbering: ClassNumbering
  private let codes: [String: Int32]

  /// Numbers the names of a table, which must all be numbers or all be names.
  ///
  /// - Throws: `InputError` about the first that is missing, negative, a fraction, or unlike the others.
  init(table: [FoundName], source: String, order: ClassOrder?) throws(InputError) {
    let read = table.map { (found: $0, text: LabelText($0.name)) }
    if order == nil {
      let isNumeric = read.first.map { $0.text != .name && $0.text != .missing } ?? false
      for entry in read {
        switch entry.text {
        case .missing: throw InputError(source, place: entry.found.place, "the label is missing")
        case .label where isNumeric: continue
        case .name where !isNumeric: continue
        case .otherNumber:
          throw InputError(
            source, place: entry.found.place,
            "label \(entry.found.name); expected a whole number from 0 to 9999, or a name")
        case .label, .name:
          throw InputError(
            source, place: entry.found.place,
            "label \"\(entry.found.name)\" among \(isNumeric ? "numbers" : "names"); expected all "
              + "numbers or all names, or --classes")
        }
      }
    }
    try self.init(table, source: source, order: order)
    // Nothing but folders is known to be numbered by name where names are numbers.
    if case .numbers = numbering { numbering = .numbers(otherClasses: nil) }
  }

  /// Numbers the names of folders: the numbers that they are, or their alphabetical order.
  ///
  /// - Throws: `InputError` when two names are the same number.
  init(folders: [String], source: String, order: ClassOrder?) throws(InputError) {
    try self.init(Set(folders).sorted().map { FoundName(name: $0) }, source: source, order: order)
    guard case .numbers = numbering else { return }
    var known: [Int32: String] = [:]
    for name in Set(folders).inOrder {
      let code = code(of: name)
      if let other = known[code] {
        throw InputError(
          source, "the folders \(other) and \(name) are the same number; expected one a class")
      }
      known[code] = name
    }
  }

  private init(_ found: [FoundName], source: String, order: ClassOrder?) throws(InputError) {
    let distinct = Set(found.map(\.name)).inOrder
    let numbers = distinct.compactMap { name -> Int? in
      if case .label(let label) = LabelText(name) { label } else { nil }
    }
    let areNumbers = numbers.count == distinct.count
    switch order {
    case .list(let list):
      names = list
      numbering = .given
      let known = Dictionary(
        list.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
      if let wrong = found.first(where: { known[$0.name] == nil }) {
        throw InputError(
          source, place: wrong.place, "class \"\(wrong.name)\" is not in the list of --classes")
      }
      codes = known
    case .numbers where !areNumbers:
      let wrong = found.first { if case .label = LabelText($0.name) { false } else { true } }
      throw InputError(
        source, place: wrong?.place ?? "",
        "class \"\(wrong?.name ?? "")\" is not a whole number from 0 to 9999, as --classes numbers wants"
      )
    case .alphabetical:
      (names, numbering) = (distinct, .given)
      codes = Self.positions(distinct)
    case nil where !areNumbers:
      (names, numbering) = (distinct, .names)
      codes = Self.positions(distinct)
    case .numbers, nil:
      names = (0...(numbers.max() ?? 0)).map(String.init)
      codes = Dictionary(uniqueKeysWithValues: zip(distinct, numbers.map { Int32($0) }))
      let isSame = numbers == Array(0..<numbers.count)
      numbering =
        order == .numbers ? .given : .numbers(otherClasses: isSame ? nil : distinct.count)
    }
  }

  private static func positions(_ names: [String]) -> [String: Int32] {
    Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
  }

  /// The label of one of the names.
  func code(of name: String) -> Int32 {
    guard let code = codes[name] else {
      preconditionFailure("\"\(name)\" is not one of the names that were numbered")
    }
    return code
  }

  /// The names in the order of their labels.
  func ordered(_ some: [String]) -> [String] {
    some.sorted { (code(of: $0), $0) < (code(of: $1), $1) }
  }
}

extension Sequence<String> {
  /// The strings in the order of their characters' numbers, as Python sorts them.
  var inOrder: [String] {
    sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }
}
