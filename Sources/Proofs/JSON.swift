/// A value of JSON, as strictly as certificates need it.
///
/// Foundation's reader takes one of two fields of the same name without a word, so certificates have a reader of their own.
indirect enum JSON: Sendable, Hashable {
  case object([Field])
  case array([JSON])
  case string(String)
  case number(Double)
  case boolean(Bool)
  case null

  /// A field of an object.
  struct Field: Sendable, Hashable {
    var name: String
    var value: JSON

    init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// How deep values may lie in each other.
  static let deepest = 500

  /// The kind of the value, for messages.
  var kind: String {
    switch self {
    case .object: "an object"
    case .array: "a list"
    case .string: "a string"
    case .number: "a number"
    case .boolean: "a truth value"
    case .null: "null"
    }
  }
}

// MARK: - Writing

extension JSON {
  /// The value as text on one line.
  var text: String {
    var out = ""
    write(to: &out)
    return out
  }

  private func write(to out: inout String) {
    switch self {
    case .object(let fields):
      out += "{"
      for (place, field) in fields.enumerated() {
        out += place == 0 ? "" : ", "
        Self.quote(field.name, to: &out)
        out += ": "
        field.value.write(to: &out)
      }
      out += "}"
    case .array(let values):
      out += "["
      for (place, value) in values.enumerated() {
        out += place == 0 ? "" : ", "
        value.write(to: &out)
      }
      out += "]"
    case .string(let string): Self.quote(string, to: &out)
    case .number(let number):
      out += number == number.rounded() && abs(number) < 0x1p53 ? "\(Int(number))" : "\(number)"
    case .boolean(let value): out += value ? "true" : "false"
    case .null: out += "null"
    }
  }

  private static func quote(_ string: String, to out: inout String) {
    out += "\""
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c }) {
      out += string
    } else {
      for scalar in string.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case _ where scalar.value < 0x20:
          let digits = String(scalar.value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: out.unicodeScalars.append(scalar)
        }
      }
    }
    out += "\""
  }
}
