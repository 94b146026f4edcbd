/// A value that is one of a few words.
protocol RecipeChoice: RawRepresentable<String>, CaseIterable, Equatable {}

/// The numbers that a field takes.
enum NumberRange {
  /// From 0 to 1, both included.
  case fraction
  /// A distance in pixel values: from 0 to 1, both included.
  case distance
  /// More than 0, at most 1.
  case share
  /// More than 0.
  case positive
  /// 0 or more.
  case notNegative
  /// At least a number.
  case atLeast(Double)

  func contains(_ value: Double) -> Bool {
    switch self {
    case .fraction, .distance: (0...1).contains(value)
    case .share: value > 0 && value <= 1
    case .positive: value > 0
    case .notNegative: value >= 0
    case .atLeast(let low): value >= low
    }
  }

  var description: String {
    switch self {
    case .fraction: "a number from 0 to 1"
    case .distance: "a distance in pixel values from 0 to 1, such as 8/255"
    case .share: "a number above 0, at most 1"
    case .positive: "a number above 0"
    case .notNegative: "a number of 0 or more"
    case .atLeast(let low): "a number of at least \(numberText(low))"
    }
  }
}

/// A pass over the fields of a recipe, in their order: the reader and the writer are the two there are.
///
/// Each section says once, in its `visit`, which keys it has, of which type and range, and what holds where a
/// key is not written. Reading, writing and the list of known keys all follow from that.
protocol RecipeFields {
  /// A number, or a quotient such as `8/255`; without a default it must be written.
  mutating func number(
    _ key: String, _ value: inout Double, in range: NumberRange, default standard: Double?)

  /// A number, or a word that stands for none.
  mutating func number(
    _ key: String, _ value: inout Double?, in range: NumberRange, none: String,
    default standard: Double?)

  /// A whole number.
  mutating func integer(
    _ key: String, _ value: inout Int, in range: ClosedRange<Int>, default standard: Int)

  /// A whole number, or a word that stands for none, which is the default.
  mutating func integer(
    _ key: String, _ value: inout Int?, in range: ClosedRange<Int>, none: String)

  /// `true` or `false`.
  mutating func flag(_ key: String, _ value: inout Bool, default standard: Bool)

  /// A text of one line; without a default it must be written.
  mutating func text(_ key: String, _ value: inout String, default standard: String?)

  /// A text of one line, or a word that stands for none, which is the default.
  mutating func text(_ key: String, _ value: inout String?, none: String)

  /// One of a few words.
  mutating func choice<C: RecipeChoice>(_ key: String, _ value: inout C, default standard: C)

  /// One of a few words, or another that stands for none, which is the default.
  mutating func choice<C: RecipeChoice>(_ key: String, _ value: inout C?, none: String)

  /// A list of some of a few words, each at most once.
  mutating func choices<C: RecipeChoice>(_ key: String, _ value: inout [C], default standard: [C])

  /// A list of numbers of a given length, or of any.
  mutating func numbers(
    _ key: String, _ value: inout [Double], in range: NumberRange, count: Int?,
    default standard: [Double])

  /// A list of whole numbers, or a word that stands for none, which is the default.
  mutating func integers(
    _ key: String, _ value: inout [Int]?, in range: ClosedRange<Int>, none: String)

  /// A list of words that their type reads, or a word that stands for none, which is the default.
  ///
  /// - Parameter example: A list for messages.
  mutating func words<W: LosslessStringConvertible>(
    _ key: String, _ value: inout [W]?, example: [W], none: String)

  /// A list of whole numbers, each larger than the one before.
  mutating func increasing(
    _ key: String, _ value: inout [Int], in range: ClosedRange<Int>, default standard: [Int])

  /// A number from 0 to 1, or two, `[FROM, TO]`, between which the weight moves with the radius.
  mutating func weight(
    _ key: String, _ value: inout WeightSchedule, default standard: WeightSchedule)

  /// A section of fields.
  mutating func section(_ key: String, _ body: (inout Self) -> Void)

  /// Keys that would be read with other settings, and why they are not with these.
  mutating func inapplicable(_ keys: [String], _ reason: String)
}

/// A number in the fewest digits that read back as the same number, without a needless `.0`.
func numberText(_ value: Double) -> String {
  let text = "\(value)".replacing("e-0", with: "e-").replacing("e+", with: "e")
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
