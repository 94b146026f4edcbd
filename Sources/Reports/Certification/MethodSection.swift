import Records

/// What each method decided, and the time that it took, in the order in which the methods were tried.
struct MethodSection {
  /// What a method did.
  struct Row {
    var name: String
    /// The examples that it was tried on.
    var tried: Int
    var decided: Int
    var seconds: Double
  }

  var rows: [Row]
  /// The seconds of each example.
  var seconds: [Double]

  /// Adds up results.
  init(_ lines: [ResultLine], cascade: [String]) {
    // Methods that the order does not name come last.
    let others = Set(lines.flatMap { $0.methodSeconds.keys }).subtracting(cascade).sorted()
    var rows = (cascade + others).map { Row(name: $0, tried: 0, decided: 0, seconds: 0) }
    for line in lines {
      for index in rows.indices {
        if line.method == rows[index].name { rows[index].decided += 1 }
        guard let seconds = line.methodSeconds[rows[index].name] else { continue }
        rows[index].tried += 1
        rows[index].seconds += seconds
      }
    }
    self.rows = rows
    seconds = lines.map(\.seconds).sorted()
  }

  /// The section as HTML; empty where there is no result.
  var html: String {
    guard !seconds.isEmpty else { return "" }
    let all = rows.reduce(0) { $0 + $1.seconds }
    let table = HTMLTable(
      caption: "Methods in the order in which they were tried",
      columns: [
        .text("method"), .number("tried on"), .number("decided"), .number("time"),
        .text("part of the time"), .number("per example"),
      ],
      rows: rows.map { row in
        [
          Self.named(row.name),
          "\(row.tried)", "\(row.decided)", row.tried > 0 ? duration(row.seconds) : "",
          row.tried > 0 ? meter(all > 0 ? row.seconds / all : 0) : "",
          row.tried > 0 ? duration(row.seconds / Double(row.tried)) : "",
        ]
      }
    ).html
    guard let slowest = seconds.last else { return table }
    return """
      <p>\(rows.count > 1 ? "Each example is decided by the first method that can. " : "")An example took \
      \(duration(seconds[seconds.count / 2])) (median), the slowest \(duration(slowest)); all together \
      \(duration(seconds.reduce(0, +))).</p>
      \(table)
      """
  }

  private func meter(_ part: Double) -> String {
    "<div class=\"meter\"><i style=\"width:\(coordinate(100 * part))%\"></i></div>"
  }

  /// A method with what stands behind its name, as HTML.
  static func named(_ name: String) -> String {
    "\(escaped(name)) <span class=\"soft gloss\">\(meaning[name] ?? "")</span>"
  }

  /// What stands behind the names.
  private static let meaning = [
    "short-attack": "a quick search for a counterexample",
    "attack": "searches for a counterexample", "ibp": "intervals",
    "crown-ibp": "linear bounds over intervals", "forward": "linear bounds, forward",
    "crown": "linear bounds, backward", "alpha-crown": "linear bounds, optimised",
    "lipschitz": "how far outputs can move at all",
    "lipschitz-crown": "how far outputs can move in the region",
    "bab": "branch and bound", "milp": "mixed-integer programs",
  ]
}
