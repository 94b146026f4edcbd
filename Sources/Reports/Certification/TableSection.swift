import Records

/// Every example as a row; a script lets readers sort and filter, and the table is whole without it.
struct TableSection {
  var lines: [ResultLine]
  /// The examples that have a card on the page.
  var shown: Set<Int>
  /// The file with all results.
  var log: String
  var className: (Int) -> String

  /// The rows that a page holds; a browser has its limits.
  static let most = 10_000

  /// The section as HTML.
  var html: String {
    let table = HTMLTable(
      caption: "Results of all examples",
      columns: [
        .number("example"), .wide("file"), .text("label"), .text("answer"), .text("outcome"),
        .text("by"), .number("clean margin"), .number("proved margin"), .number("seconds"),
        .wide("certificate"), .wide("remark"),
      ],
      rows: lines.prefix(Self.most).map(cells))
    return Self.wrapped(table, count: lines.count, log: log)
  }

  /// A table of all results, with what it leaves out.
  static func wrapped(_ table: HTMLTable, count: Int, log: String) -> String {
    guard count > 0 else { return "" }
    let rest =
      count > most
      ? "<p>The first \(most) of \(count); all are in <code>\(escaped(log))</code>.</p>" : ""
    return "\(rest)<div class=\"all\">\(table.html)</div>"
  }

  /// A link to the card of an example, or its number where it has none.
  static func link(_ example: Int, _ shown: Set<Int>) -> String {
    shown.contains(example) ? "<a href=\"#example-\(example)\">\(example)</a>" : "\(example)"
  }

  /// What a certificate is about, or why there is none.
  private static func words(_ proof: ProofRecord) -> String {
    proof.missing.map { "none: \($0)" } ?? proof.meaning.joined(separator: ", ")
  }

  private func cells(_ line: ResultLine) -> [String] {
    let outcome = Outcome(line)
    let proved = outcome == .certified || outcome == .undecided ? line.smallestMargin : nil
    return [
      Self.link(line.example, shown), escaped(line.name ?? ""), escaped(className(line.label)),
      line.prediction.map { escaped(className($0)) } ?? "",
      "<i class=\"swatch \(outcome.style)\"></i>\(outcome.word)", escaped(line.method ?? ""),
      line.cleanMargin.map(shortNumber) ?? "",
      // A search certifies without a number; what bounds proved before it stands below zero.
      proved.map { outcome == .certified && $0 <= 0 ? "" : shortNumber($0) } ?? "",
      shortNumber((line.seconds * 1e3).rounded() / 1e3),
      escaped(line.proof.map(Self.words) ?? ""), escaped(line.reason ?? ""),
    ]
  }
}
