import Records

/// The margins of the examples: what is measured and what each method proved, one histogram for each, because margins of
/// different kinds say nothing about each other.
struct MarginSection {
  /// Margins of one kind.
  struct Kind {
    /// What they have in common, as plain text.
    var name: String
    var entries: [MarginHistogram.Entry]
  }

  /// The margins that the pages show, kind by kind.
  let kinds: [Kind]
  /// The examples that a search certified without a number.
  private let searched: Int

  /// Sorts margins by their kind.
  ///
  /// - Parameter cascade: The methods in the order in which they were tried.
  init(_ lines: [ResultLine], cascade: [String]) {
    func entries(_ own: [ResultLine], _ margin: (ResultLine) -> Double?) -> [MarginHistogram.Entry]
    {
      own.compactMap { line in
        margin(line).map { MarginHistogram.Entry(margin: $0, outcome: Outcome(line)) }
      }
    }
    let certified = lines.filter { $0.verdict == .certified }
    var kinds = [Kind(name: "All: without any change", entries: entries(lines, \.cleanMargin))]
    let others = Set(certified.compactMap(\.method)).subtracting(cascade).sorted()
    for method in cascade + others {
      kinds.append(
        Kind(
          name: "Certified: proved by \(method)",
          entries: entries(certified.filter { $0.method == method }, \.decidingMargin)))
    }
    kinds.append(
      Kind(
        name: "Undecided: best bound of all methods",
        entries: entries(lines.filter { Outcome($0) == .undecided }, \.smallestMargin)))
    kinds.append(
      Kind(
        name: "Violated: of the counterexample",
        entries: entries(lines.filter { $0.verdict == .violated }, \.decidingMargin)))
    self.kinds = kinds.filter { !$0.entries.isEmpty }
    searched = certified.count { $0.decidingMargin == nil }
  }

  /// The section as HTML; empty where no margin is known.
  var html: String {
    guard !kinds.isEmpty else { return "" }
    let note =
      searched > 0
      ? " A complete search certified \(searched) more without a number." : ""
    let charts = kinds.map { kind in
      "<div><h3>\(escaped(kind.name)) <span class=\"soft\">\(kind.entries.count)</span></h3>"
        + "\(chart(kind))</div>"
    }
    return """
      <p>A margin is the output of the right class less the largest other. Compare margins within a chart only: a cheap \
      method proves less of the same example than a tight one, and a counterexample is taken as soon as its margin is \
      below zero.\(note)</p>
      <div class="pair">\(charts.joined(separator: "\n"))</div>
      """
  }

  private func chart(_ kind: Kind) -> String {
    if let chart = MarginHistogram(kind.entries) { return chart.html }
    let one = kind.entries.first.map { signedNumber($0.margin) } ?? ""
    return "<p>\(kind.entries.count == 1 ? "The only one is" : "All are") \(one).</p>"
  }
}
