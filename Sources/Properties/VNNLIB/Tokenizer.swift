import Files

/// A part of a VNN-LIB text.
enum Token: Equatable {
  case open
  case close
  /// A name, an operator or a number, by its place in the bytes.
  case word(Range<Int>)
  case end
}

/// A variable of a property: an element of the input or of the output.
enum Variable: Equatable {
  case input(Int)
  case output(Int)

  var index: Int {
    switch self {
    case .input(let index), .output(let index): index
    }
  }
}

/// Cuts a text of parentheses and words into tokens, counting lines.
///
/// It works on bytes: property files reach several megabytes, and walking characters is ten times
/// slower.
struct Tokenizer {
  let bytes: [UInt8]
  let source: String
  private var position = 0
  private var currentLine = 1
  /// The line of the token read last; at the end of the file, of the last token before it.
  private(set) var line = 1

  init(_ bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
    // A byte order mark, which some editors write.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// Reads the next token; comments run from a semicolon to the end of the line, which is LF, CRLF or CR alone.
  mutating func next() -> Token {
    while position < bytes.count {
      let byte = bytes[position]
      if byte <= 0x20 {
        if endsLine(position) { currentLine += 1 }
        position += 1
      } else if byte == Byte.semicolon {
        while position < bytes.count, bytes[position] != Byte.lineFeed,
          bytes[position] != Byte.carriageReturn
        { position += 1 }
      } else {
        line = currentLine
        return token(startingWith: byte)
      }
    }
    return .end
  }

  /// Whether a line ends with a byte: a line feed, or a carriage return that none follows.
  private func endsLine(_ position: Int) -> Bool {
    if bytes[position] == Byte.lineFeed { return true }
    return bytes[position] == Byte.carriageReturn
      && !(position + 1 < bytes.count && bytes[position + 1] == Byte.lineFeed)
  }

  private mutating func token(startingWith byte: UInt8) -> Token {
    let start = position
    position += 1
    if byte == Byte.open { return .open }
    if byte == Byte.close { return .close }
    while position < bytes.count {
      let byte = bytes[position]
      if byte <= 0x20 || byte == Byte.open || byte == Byte.close || byte == Byte.semicolon { break }
      position += 1
    }
    return .word(start..<position)
  }

  /// The words of a token, cut where it is too long for a message.
  func text(_ range: Range<Int>) -> String {
    let limit = 40
    let text = String(decoding: bytes[range.prefix(limit)], as: UTF8.self)
    return range.count > limit ? text + "..." : text
  }

  func text(_ token: Token) -> String {
    switch token {
    case .open: "("
    case .close: ")"
    case .word(let range): text(range)
    case .end: "the end of the file"
    }
  }

  func isWord(_ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { bytes[range].elementsEqual($0) }
  }

  /// The variable named `X_i` or `Y_i`; nil for any other word.
  func variable(_ range: Range<Int>) -> Variable? {
    let start = range.lowerBound
    guard range.count > 2, range.count < 12, bytes[start + 1] == Byte.underscore else { return nil }
    var index = 0
    for byte in bytes[(start + 2)..<range.upperBound] {
      guard byte >= Byte.zero && byte <= Byte.nine else { return nil }
      index = index * 10 + Int(byte - Byte.zero)
    }
    switch bytes[start] {
    case Byte.upperX: return .input(index)
    case Byte.upperY: return .output(index)
    default: return nil
    }
  }

  /// An error at the line of the token read last.
  func problem(_ message: String) -> InputError {
    InputError(source, place: "line \(line)", message)
  }

  /// An error about a token that does not belong where it is.
  func unexpected(_ token: Token, expected: String) -> InputError {
    token == .end
      ? problem("unexpected end of file, expected \(expected)")
      : problem("unexpected \(text(token)), expected \(expected)")
  }

  mutating func expectClose() throws(InputError) {
    let token = next()
    guard token == .close else { throw unexpected(token, expected: ")") }
  }
}
