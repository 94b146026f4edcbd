import Foundation

/// A whole as a bar of its outcomes.
struct OutcomeBar {
  /// How many examples had each outcome.
  var counts: [Outcome: Int]

  private var shown: [(outcome: Outcome, count: Int)] {
    Outcome.allCases.compactMap { outcome in
      counts[outcome].flatMap { $0 > 0 ? (outcome, $0) : nil }
    }
  }

  /// The examples of all outcomes.
  var total: Int { counts.values.reduce(0, +) }

  /// The bar alone, with its words for those who do not see it.
  var html: String {
    let parts = shown.map { outcome, count in
      "<i class=\"\(outcome.style)\" style=\"flex-grow:\(count)\" title=\"\(count) \(outcome.word(for: count))\"></i>"
    }
    return
      "<div class=\"bar\" role=\"img\" aria-label=\"\(escaped(words))\">\(parts.joined())</div>"
  }

  /// What stands beside a bar: each outcome with its colour, its count and its part.
  var key: String {
    let entries = shown.map { outcome, count in
      "<li><i class=\"swatch \(outcome.style)\"></i><b>\(count)</b> \(outcome.word(for: count)) "
        + "<span class=\"soft\">\(percent(Double(count) / Double(max(1, total))))</span></li>"
    }
    return "<ul class=\"outcomes\">\(entries.joined())</ul>"
  }

  private var words: String {
    shown.map { "\($0.count) \($0.outcome.word(for: $0.count))" }.joined(separator: ", ")
      + " of \(total)"
  }
}
