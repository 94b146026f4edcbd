import Certificates

/// What became of the examples of each class.
struct ClassSection {
  /// The outcomes of a class.
  struct Row {
    var name: String
    var counts: [Outcome: Int] = [:]
    /// The examples that the network is right about.
    var right = 0

    var total: Int { counts.values.reduce(0, +) }
    var certified: Double { Double(counts[.certified] ?? 0) / Double(max(1, total)) }
  }

  /// The classes that have examples, in the order of the labels.
  var rows: [Row]

  /// The classes that a page shows at once.
  private static let most = 20

  /// Counts results.
  init(_ lines: [ResultLine], _ name: (Int) -> String) {
    var rows: [Int: Row] = [:]
    for line in lines {
      rows[line.label, default: Row(name: name(line.label))].counts[Outcome(line), default: 0] += 1
      if line.prediction == line.label { rows[line.label]?.right += 1 }
    }
    self.rows = rows.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The section as HTML; empty for a single class.
  var html: String {
    guard rows.count > 1 else { return "" }
    guard rows.count > Self.most else { return table("Outcomes of each class", rows) }
    let worst = rows.sorted { $0.certified < $1.certified }.prefix(Self.most)
    return """
      <p>The \(Self.most) of \(rows.count) classes with the lowest certified accuracy:</p>
      \(table("Outcomes of the classes with the lowest certified accuracy", Array(worst)))
      <details><summary>All \(rows.count) classes</summary>
      \(table("Outcomes of each class", rows))
      </details>
      """
  }

  private func table(_ caption: String, _ rows: [Row]) -> String {
    HTMLTable(
      caption: caption,
      columns: [
        .text("class"), .text("outcomes"), .number("certified"), .number("clean"),
        .number("examples"),
      ],
      rows: rows.map { row in
        [
          escaped(row.name), OutcomeBar(counts: row.counts).html, percent(row.certified),
          percent(Double(row.right) / Double(max(1, row.total))), "\(row.total)",
        ]
      }
    ).html
  }
}
