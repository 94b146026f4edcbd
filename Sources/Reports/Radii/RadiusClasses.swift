import Records

/// How far the answers of each class hold.
struct RadiusClasses {
  private struct Row {
    var name: String
    var usable: Int
    /// The certified radii of the right answers, smallest first.
    var certified: [Double]
    var nearest: Double?

    var median: Double? {
      certified.isEmpty
        ? nil : (certified[(certified.count - 1) / 2] + certified[certified.count / 2]) / 2
    }
  }

  private let rows: [Row]
  private let words: RegionWords

  /// The classes that a page shows at once.
  private static let most = 20

  init(_ radii: [ExampleRadius], _ className: (Int) -> String, _ words: RegionWords) {
    let usable = radii.filter { $0.problem == nil }
    rows = Dictionary(grouping: usable, by: \.label).sorted { $0.key < $1.key }.map { label, own in
      Row(
        name: className(label), usable: own.count, certified: own.compactMap(\.certified).sorted(),
        nearest: own.compactMap(\.violated).min())
    }
    self.words = words
  }

  /// The section as HTML; empty for a single class.
  var html: String {
    guard rows.count > 1 else { return "" }
    guard rows.count > Self.most else { return table("Radii of each class", rows) }
    let worst = rows.sorted { $0.median ?? -1 < $1.median ?? -1 }.prefix(Self.most)
    return """
      <p>The \(Self.most) of \(rows.count) classes with the smallest median certified radius:</p>
      \(table("Radii of the classes with the smallest median", Array(worst)))
      <details><summary>All \(rows.count) classes</summary>
      \(table("Radii of each class", rows))
      </details>
      """
  }

  private func table(_ caption: String, _ rows: [Row]) -> String {
    HTMLTable(
      caption: caption,
      columns: [
        .text("class"), .number("median certified"), .number("smallest certified"),
        .number("nearest counterexample"), .number("clean"), .number("\(words.example)s"),
      ],
      rows: rows.map { row in
        [
          escaped(row.name), row.median.map { radiusText($0, .down) } ?? "",
          row.certified.first.map { radiusText($0, .down) } ?? "",
          row.nearest.map { radiusText($0, .up) } ?? "",
          percent(Double(row.certified.count) / Double(row.usable)), "\(row.usable)",
        ]
      }
    ).html
  }
}
