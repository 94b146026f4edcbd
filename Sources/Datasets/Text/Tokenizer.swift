import Files
import Foundation

/// How a text becomes tokens and tokens a text.
///
///     let tokenizer = Tokenizer(.characters, of: "to be or not to be")
///     tokenizer.tokens(of: "to")       // [7, 4]
public struct Tokenizer: Sendable, Hashable, Codable {
  /// What a token stands for.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A character of the text that the tokenizer was made of.
    case characters
    /// A byte of UTF-8.
    case bytes
  }

  /// What a token stands for.
  public let kind: Kind
  /// The characters in the order of their tokens; empty for bytes.
  public let characters: [String]
  private let places: [Unicode.Scalar: Int32]

  /// Creates the tokenizer of the characters of a text, in the order of their codes, or of all bytes.
  public init(_ kind: Kind, of text: String) {
    let found = kind == .bytes ? [] : Set(text.unicodeScalars).sorted { $0.value < $1.value }
    self.init(kind, characters: found)
  }

  private init(_ kind: Kind, characters: [Unicode.Scalar]) {
    self.kind = kind
    self.characters = characters.map { String($0) }
    places = Dictionary(uniqueKeysWithValues: zip(characters, (0..<Int32(characters.count))))
  }

  /// How many tokens there are.
  public var count: Int { kind == .bytes ? 256 : characters.count }

  /// The tokens of a text.
  ///
  /// - Parameter source: What the text is, for errors.
  /// - Throws: `InputError` naming the first character that has no token.
  public func tokens(of text: String, source: String) throws(InputError) -> [Int32] {
    if kind == .bytes { return text.utf8.map { Int32($0) } }
    var result: [Int32] = []
    result.reserveCapacity(text.unicodeScalars.count)
    for scalar in text.unicodeScalars {
      guard let place = places[scalar] else {
        let code = String(scalar.value, radix: 16, uppercase: true)
        throw InputError(
          source, place: "character \(result.count + 1)",
          "\(scalar.properties.generalCategory == .control ? "" : "\"\(scalar)\" ")(U+\(code)) does not occur in the text that the network learnt from"
        )
      }
      result.append(place)
    }
    return result
  }

  /// The text of tokens; bytes that are no UTF-8 become replacement characters.
  public func text(of tokens: [Int32]) -> String {
    if kind == .bytes {
      return String(decoding: tokens.map { UInt8(clamping: $0) }, as: UTF8.self)
    }
    return tokens.map { characters.indices.contains(Int($0)) ? characters[Int($0)] : "\u{FFFD}" }
      .joined()
  }

  // MARK: Files

  private enum CodingKeys: String, CodingKey { case kind, characters }

  /// Reads a tokenizer.
  ///
  /// - Throws: `DecodingError` when a character is none or comes twice.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(Kind.self, forKey: .kind)
    let texts = try container.decode([String].self, forKey: .characters)
    let scalars = try texts.map { text -> Unicode.Scalar in
      guard let first = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
        throw DecodingError.dataCorruptedError(
          forKey: .characters, in: container, debugDescription: "\"\(text)\" is not one character")
      }
      return first
    }
    guard Set(scalars).count == scalars.count, (kind == .characters) != scalars.isEmpty else {
      throw DecodingError.dataCorruptedError(
        forKey: .characters, in: container,
        debugDescription: "expected each character once, and none for bytes")
    }
    self.init(kind, characters: scalars)
  }

  /// Writes the kind and the characters.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(characters, forKey: .characters)
  }

  /// Reads `tokenizer.json`.
  ///
  /// - Throws: `InputError` when it is missing or no tokenizer.
  public init(contentsOf path: String) throws(InputError) {
    let data = try readFile(path, limit: 1 << 24)
    do {
      self = try JSONDecoder().decode(Tokenizer.self, from: data)
    } catch {
      var problem = jsonProblem(error)
      if case DecodingError.dataCorrupted(let context) = error, !context.codingPath.isEmpty {
        problem = context.debugDescription
      }
      throw InputError(path, "is no tokenizer of this program: \(problem)")
    }
  }

  /// Writes `tokenizer.json`.
  ///
  /// - Throws: `InputError` when it cannot be written.
  public func write(to path: String) throws(InputError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw InputError(path, "the tokenizer has no JSON form")
    }
    try writeFile(data + Data("\n".utf8), to: path)
  }
}
