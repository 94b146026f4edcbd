/// A text with the characters escaped that mean something in HTML.
func escaped(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
  return result
}

/// A table of plain texts that scrolls by itself where the window is too narrow for it.
struct HTMLTable {
  /// A column.
  struct Column {
    var name: String
    /// Whether its cells are numbers, which stand right.
    var isNumber = false
    /// Whether its cells may take several lines.
    var isWide = false

    /// A column of texts.
    static func text(_ name: String) -> Column { Column(name: name) }

    /// A column of texts that may be long, and take several lines.
    static func wide(_ name: String) -> Column { Column(name: name, isWide: true) }

    /// A column of numbers.
    static func number(_ name: String) -> Column { Column(name: name, isNumber: true) }
  }

  /// What the table shows, for those who do not see what stands around it.
  var caption: String
  var columns: [Column]
  /// The cells of each row, as HTML.
  var rows: [[String]]

  /// The table as HTML, without columns that say nothing.
  var html: String {
    let shown = columns.indices.filter { column in
      rows.isEmpty || rows.contains { column < $0.count && !$0[column].isEmpty }
    }
    let head = shown.map {
      "<th scope=\"col\"\(style(columns[$0]))>\(escaped(columns[$0].name))</th>"
    }
    let lines = rows.map { cells in
      let parts = shown.map { "<td\(style(columns[$0]))>\($0 < cells.count ? cells[$0] : "")</td>" }
      return "<tr>\(parts.joined())</tr>"
    }
    return """
      <div class="scroll" role="region" aria-label="\(escaped(caption))" tabindex="0">\
      <table\(rows.count <= Self.short ? " class=\"short\"" : "")>
      <caption class="unseen">\(escaped(caption))</caption>
      <thead><tr>\(head.joined())</tr></thead>
      <tbody>
      \(lines.joined(separator: "\n"))
      </tbody>
      </table></div>
      """
  }

  /// The rows up to which a table stays on one sheet of paper.
  private static let short = 24

  private func style(_ column: Column) -> String {
    column.isNumber ? " class=\"n\"" : column.isWide ? " class=\"w\"" : ""
  }
}

/// Facts as a list of names and values.
struct FactList {
  /// A fact.
  struct Fact {
    var name: String
    /// As HTML.
    var value: String

    /// A fact whose value is plain text.
    init(_ name: String, _ value: String) {
      self.name = name
      self.value = escaped(value)
    }

    /// A fact whose value is HTML.
    init(_ name: String, html: String) {
      self.name = name
      value = html
    }
  }

  var facts: [Fact]

  /// The list as HTML.
  var html: String {
    let lines = facts.map { "<div><dt>\(escaped($0.name))</dt><dd>\($0.value)</dd></div>" }
    return "<dl class=\"facts\">\n\(lines.joined(separator: "\n"))\n</dl>"
  }
}

/// A command as a shell reads it: words in quotes where they hold what a shell takes for itself.
func shellCommand(_ words: [String]) -> String {
  words.map { word in
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
          || "-_./:,=+@%".utf8.contains(byte)
      }
    return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }.joined(separator: " ")
}
