import Records

/// What became of the examples of each class.
struct ClassSection {
  /// The outcomes of a class.
  struct Row {
    var name: String
    var counts: [Outcome: Int] = [:]
    /// The examples that the network is right about.
    var right = 0
    /// The examples that can be used, of which accuracies are parts.
    var usable = 0
    /// The part that is certified, or that withstood where nothing but an attack was made.
    var held: Double {
      let tried = usable - (counts[.untried] ?? 0)
      return Double((counts[.certified] ?? 0) + (counts[.withstood] ?? 0)) / Double(max(1, tried))
    }
  }

  /// The classes that have examples, in the order of the labels.
  var rows: [Row]
  /// Whether nothing but an attack was asked for.
  private let isAttack: Bool

  /// The classes that a page shows at once.
  private static let most = 20

  /// Counts results.
  init(_ lines: [ResultLine], _ name: (Int) -> String) {
    var rows: [Int: Row] = [:]
    for line in lines {
      rows[line.label, default: Row(name: name(line.label))].counts[Outcome(line), default: 0] += 1
      if line.prediction == line.label { rows[line.label]?.right += 1 }
      if line.verdict != .error { rows[line.label]?.usable += 1 }
    }
    isAttack = lines.first?.run.methods.isEmpty ?? false
    self.rows = rows.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The section as HTML; empty for a single class.
  var html: String {
    guard rows.count > 1 else { return "" }
    guard rows.count > Self.most else { return table("Outcomes of each class", rows) }
    let worst = rows.filter { $0.usable > 0 }.sorted { $0.held < $1.held }.prefix(Self.most)
    let what = "the lowest \(isAttack ? "attack" : "certified") accuracy"
    return """
      <p>The \(Self.most) of \(rows.count) classes with \(what):</p>
      \(table("Outcomes of the classes with \(what)", Array(worst)))
      <details><summary>All \(rows.count) classes</summary>
      \(table("Outcomes of each class", rows))
      </details>
      """
  }

  private func table(_ caption: String, _ rows: [Row]) -> String {
    HTMLTable(
      caption: caption,
      columns: [
        .text("class"), .text("outcomes"), .number(isAttack ? "attack" : "certified"),
        .number("clean"),
        .number("examples"),
      ],
      rows: rows.map { row in
        [
          escaped(row.name), OutcomeBar(counts: row.counts).html, part(row.held, of: row),
          part(Double(row.right) / Double(max(1, row.usable)), of: row), "\(row.usable)",
        ]
      }
    ).html
  }

  /// A part of the examples of a class; nothing where none can be used.
  private func part(_ value: Double, of row: Row) -> String {
    row.usable > 0 ? percent(value) : ""
  }
}
