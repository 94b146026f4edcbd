/// Writes the fields of a recipe as YAML: every field that applies, defaults included.
struct RecipeWriter: RecipeFields {
  private(set) var lines: [String] = []
  private let margin: String

  /// Creates a writer of fields that stand a number of spaces from the margin.
  init(margin: Int = 0) {
    self.margin = String(repeating: " ", count: margin)
  }

  private mutating func write(_ key: String, _ value: String) {
    lines.append("\(margin)\(key): \(value)")
  }

  mutating func number(
    _ key: String, _ value: inout Double, in range: NumberRange, default standard: Double?
  ) {
    write(key, Self.number(value))
  }

  mutating func number(
    _ key: String, _ value: inout Double?, in range: NumberRange, none: String,
    default standard: Double?
  ) {
    write(key, value.map(Self.number) ?? none)
  }

  mutating func integer(
    _ key: String, _ value: inout Int, in range: ClosedRange<Int>, default standard: Int
  ) {
    write(key, "\(value)")
  }

  mutating func integer(
    _ key: String, _ value: inout Int?, in range: ClosedRange<Int>, none: String
  ) {
    write(key, value.map { "\($0)" } ?? none)
  }

  mutating func flag(_ key: String, _ value: inout Bool, default standard: Bool) {
    write(key, "\(value)")
  }

  mutating func text(_ key: String, _ value: inout String, default standard: String?) {
    write(key, Self.quoted(value))
  }

  mutating func text(_ key: String, _ value: inout String?, none: String) {
    write(key, value.map(Self.quoted) ?? none)
  }

  mutating func choice<C: RecipeChoice>(_ key: String, _ value: inout C, default standard: C) {
    write(key, value.rawValue)
  }

  mutating func choice<C: RecipeChoice>(_ key: String, _ value: inout C?, none: String) {
    write(key, value?.rawValue ?? none)
  }

  mutating func choices<C: RecipeChoice>(
    _ key: String, _ value: inout [C], default standard: [C]
  ) {
    write(key, Self.list(value.map(\.rawValue)))
  }

  mutating func numbers(
    _ key: String, _ value: inout [Double], in range: NumberRange, count: Int?,
    default standard: [Double]
  ) {
    write(key, Self.list(value.map(Self.number)))
  }

  mutating func integers(
    _ key: String, _ value: inout [Int]?, in range: ClosedRange<Int>, none: String
  ) {
    write(key, value.map { Self.list($0.map { "\($0)" }) } ?? none)
  }

  mutating func words<W: LosslessStringConvertible>(
    _ key: String, _ value: inout [W]?, example: [W], none: String
  ) {
    write(key, value.map { Self.list($0.map(\.description)) } ?? none)
  }

  mutating func increasing(
    _ key: String, _ value: inout [Int], in range: ClosedRange<Int>, default standard: [Int]
  ) {
    write(key, Self.list(value.map { "\($0)" }))
  }

  mutating func weight(
    _ key: String, _ value: inout WeightSchedule, default standard: WeightSchedule
  ) {
    let ends = [value.start, value.end].map(Self.number)
    write(key, value.isConstant ? ends[0] : Self.list(ends))
  }

  mutating func section(_ key: String, _ body: (inout Self) -> Void) {
    var inner = RecipeWriter(margin: margin.count + 2)
    body(&inner)
    if !inner.lines.isEmpty { lines += ["\(margin)\(key):"] + inner.lines }
  }

  mutating func inapplicable(_ keys: [String], _ reason: String) {}

  private static func list(_ items: [String]) -> String {
    "[\(items.joined(separator: ", "))]"
  }

  /// A number that reads back as itself, as a part of 255 where it is one.
  private static func number(_ value: Double) -> String {
    let parts = (value * 255).rounded()
    let text = numberText(value)
    // Short decimals stay: 0.2 is 51/255 too.
    return text.count > 6 && value < 1 && parts / 255 == value ? "\(Int(parts))/255" : text
  }

  /// A text as it is where YAML reads it as one word, otherwise in quotes.
  private static func quoted(_ text: String) -> String {
    let plain = #/[A-Za-z0-9_.\/][A-Za-z0-9_.\/:+-]*[A-Za-z0-9_.\/+-]|[A-Za-z0-9_.\/]/#
    if text.wholeMatch(of: plain) != nil { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f || (0x80..<0xa0) ~= scalar.value:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
