import Certificates

/// Every example as a row; a script lets readers sort and filter, and the table is whole without it.
struct TableSection {
  var lines: [ResultLine]
  /// The examples that have a card on the page.
  var shown: Set<Int>
  var className: (Int) -> String

  /// The rows that a page holds; a browser has its limits.
  private static let most = 10_000

  /// The section as HTML.
  var html: String {
    let rest =
      lines.count > Self.most
      ? "<p>The first \(Self.most) of \(lines.count); all are in <code>certificates.jsonl</code>.</p>"
      : ""
    let table = HTMLTable(
      caption: "Results of all examples",
      columns: [
        .number("example"), .text("label"), .text("answer"), .text("outcome"), .text("by"),
        .number("margin"), .number("seconds"), .text("remark"),
      ],
      rows: lines.prefix(Self.most).map(cells))
    return "\(rest)<div class=\"all\">\(table.html)</div>"
  }

  private func cells(_ line: ResultLine) -> [String] {
    let outcome = Outcome(line)
    let number =
      shown.contains(line.example)
      ? "<a href=\"#example-\(line.example)\">\(line.example)</a>" : "\(line.example)"
    return [
      number, escaped(className(line.label)), line.prediction.map { escaped(className($0)) } ?? "",
      "<i class=\"swatch \(outcome.rawValue)\"></i>\(outcome.word)", escaped(line.method ?? ""),
      line.decidingMargin.map { shortNumber($0) } ?? "",
      shortNumber((line.seconds * 1e3).rounded() / 1e3),
      escaped(line.reason ?? ""),
    ]
  }
}
