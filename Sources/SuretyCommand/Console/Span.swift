/// A piece of text in one colour.
struct Span {
  /// What a colour says.
  enum Tone: Int {
    case plain = 0
    case good = 32
    case bad = 31
    case warning = 33
    case faint = 2
  }

  var text: String
  var tone = Tone.plain

  init(_ text: String, _ tone: Tone = .plain) { (self.text, self.tone) = (text, tone) }

  /// The text with its colour, where colours are shown.
  func painted(on terminal: Terminal) -> String {
    guard terminal.hasColour, tone != .plain, !text.isEmpty else { return text }
    return "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m"
  }

  /// The tone of a verdict's word, the same wherever it is shown.
  static func tone(ofVerdict word: String) -> Tone {
    switch word {
    case "certified", "unsat": .good
    case "violated", "sat", "error": .bad
    case "undecided", "unknown", "timeout": .warning
    default: .faint
    }
  }
}

extension [Span] {
  /// The columns that the text takes.
  var columns: Int { reduce(0) { $0 + $1.text.columns } }

  /// The text, cut off with three dots where it is wider than a number of columns.
  func fitted(to columns: Int) -> [Span] {
    guard self.columns > columns else { return self }
    var (result, left) = ([Span](), Swift.max(0, columns - 3))
    for span in self {
      let part = span.text.prefix(columns: left)
      result.append(Span(part, span.tone))
      left -= part.columns
      if part.count < span.text.count { break }
    }
    return result + [Span(String(repeating: ".", count: Swift.min(3, columns)))]
  }
}

extension String {
  /// The columns of a terminal that the text takes.
  var columns: Int { reduce(0) { $0 + $1.columns } }

  /// The beginning of the text that takes at most a number of columns.
  func prefix(columns: Int) -> String {
    var (result, left) = ("", columns)
    for character in self {
      left -= character.columns
      guard left >= 0 else { break }
      result.append(character)
    }
    return result
  }
}

extension Character {
  /// The columns of a terminal that the character takes: two for those of East Asia and for pictures.
  var columns: Int {
    guard let scalar = unicodeScalars.first else { return 0 }
    if scalar.properties.generalCategory == .control { return 0 }
    if scalar.properties.isEmojiPresentation { return 2 }
    return Self.wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// The ranges of Unicode that its annex 11 calls wide or full-width, small gaps closed.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
  ]
}
