import Certificates

/// The margins that decided.
struct MarginSection {
  var lines: [ResultLine]

  /// The section as HTML.
  var html: String {
    let entries = lines.compactMap { line in
      line.decidingMargin.map { MarginHistogram.Entry(margin: $0, outcome: Outcome(line)) }
    }
    guard let chart = MarginHistogram(entries) else {
      return "<p>Fewer than two examples have a margin.</p>"
    }
    let searched = lines.count { $0.verdict == .certified && $0.decidingMargin == nil }
    let note =
      searched > 0
      ? " \(searched) more \(searched == 1 ? "is" : "are") certified by a complete search, which gives no number."
      : ""
    return """
      <p>The output of the right class less the largest other: the smallest that is proved for certified and \
      undecided examples, that of the counterexample for violated ones, that of the example itself for misclassified \
      ones. Above zero is certified.\(note)</p>
      \(chart.html)
      """
  }
}
