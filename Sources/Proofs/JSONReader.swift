/// Reads one value of JSON by the grammar of RFC 8259, and nothing more lenient.
///
/// Refused are fields that come twice, invalid UTF-8, numbers that no double holds, values deeper than `JSON.deepest`, and
/// anything behind the value.
struct JSONReader {
  private let bytes: [UInt8]
  private var at = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value that the bytes spell.
  static func value(of bytes: [UInt8]) throws(ProofProblem) -> JSON {
    var reader = JSONReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.at == bytes.count else { throw reader.problem("there is more behind the value") }
    return value
  }

  private func problem(_ message: String) -> ProofProblem {
    ProofProblem("", "not JSON: \(message) (byte \(at + 1))")
  }

  private var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

  private mutating func skipSpace() {
    while next == 0x20 || next == 0x09 || next == 0x0a || next == 0x0d { at += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func value(depth: Int) throws(ProofProblem) -> JSON {
    guard depth < JSON.deepest else {
      throw problem("it nests deeper than \(JSON.deepest) values")
    }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(ProofProblem) -> JSON {
    for byte in word.utf8 {
      guard take(byte) else { throw problem("a value is expected") }
    }
    return value
  }

  private mutating func object(depth: Int) throws(ProofProblem) -> JSON {
    at += 1
    var fields: [JSON.Field] = []
    var names: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw problem("the name of a field is expected") }
      let name = try string()
      guard names.insert(name).inserted else { throw problem("the field \"\(name)\" comes twice") }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw problem("a colon is expected") }
      fields.append(JSON.Field(name, try value(depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(fields) }
      guard take(UInt8(ascii: ",")) else { throw problem("a comma or } is expected") }
    }
  }

  private mutating func array(depth: Int) throws(ProofProblem) -> JSON {
    at += 1
    var values: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(values) }
      guard take(UInt8(ascii: ",")) else { throw problem("a comma or ] is expected") }
    }
  }

  // MARK: Strings and numbers

  private mutating func string() throws(ProofProblem) -> String {
    at += 1
    var text = ""
    while true {
      let start = at
      while at < bytes.count, bytes[at] >= 0x20, bytes[at] != 0x22, bytes[at] != 0x5c { at += 1 }
      guard let part = String(validating: bytes[start..<at], as: UTF8.self) else {
        throw problem("a string is not UTF-8")
      }
      text = text.isEmpty ? part : text + part
      if take(0x22) { return text }
      guard take(0x5c) else { throw problem("a string does not end") }
      text.unicodeScalars.append(try escape())
    }
  }

  private mutating func escape() throws(ProofProblem) -> Unicode.Scalar {
    let byte = next
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xd800..<0xdc00).contains(code), take(0x5c), take(UInt8(ascii: "u")) {
        let low = try hexadecimal()
        guard (0xdc00..<0xe000).contains(low) else { throw problem("half a surrogate pair") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw problem("half a surrogate pair") }
      return scalar
    default: throw problem("an escape that JSON does not have")
    }
  }

  private mutating func hexadecimal() throws(ProofProblem) -> UInt32 {
    guard at + 4 <= bytes.count, bytes[at..<at + 4].allSatisfy(\.isHexadecimalDigit),
      let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
    else { throw problem("four hexadecimal digits are expected") }
    at += 4
    return code
  }

  private mutating func number() throws(ProofProblem) -> Double {
    let start = at
    _ = take(UInt8(ascii: "-"))
    let first = next
    guard skipDigits() else {
      at = start
      throw problem("a value is expected")
    }
    guard first != UInt8(ascii: "0") || at - start <= (bytes[start] == first ? 1 : 2) else {
      throw problem("a number begins with 0")
    }
    if take(UInt8(ascii: ".")), !skipDigits() { throw problem("digits are expected") }
    if next | 0x20 == UInt8(ascii: "e") {
      at += 1
      if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
      guard skipDigits() else { throw problem("digits are expected") }
    }
    guard let value = Double(String(decoding: bytes[start..<at], as: UTF8.self)), value.isFinite
    else { throw problem("a number is too large") }
    return value
  }

  private mutating func skipDigits() -> Bool {
    let start = at
    while next >= UInt8(ascii: "0"), next <= UInt8(ascii: "9") { at += 1 }
    return at > start
  }
}

extension UInt8 {
  /// Whether the byte is a hexadecimal digit in ASCII.
  var isHexadecimalDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
