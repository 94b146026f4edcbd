import Certificates
import Foundation

/// The page that a person reads: the totals, who decided what, the margins, every example.
///
/// It is one file without scripts, fonts or pictures from elsewhere, readable on a telephone and in the
/// dark.
public struct HTMLReport: Sendable {
  private let summary: Summary
  private let lines: [ResultLine]

  /// Creates a report of results ordered by example.
  public init(_ summary: Summary, _ lines: [ResultLine]) {
    self.summary = summary
    self.lines = lines
  }

  /// The whole page.
  public var page: String {
    htmlPage(
      title,
      """
      <p>\(escaped(introduction))</p>
      <h2>Accuracy</h2>
      \(accuracyChart)
      <h2>What decided</h2>
      \(methodChart)
      \(methodTable)
      <h2>Margins</h2>
      \(marginChart)
      <h2>Examples</h2>
      \(exampleTable)
      <h2>How to read this</h2>
      \(explanation)
      """)
  }

  private var title: String { "Certification of \(summary.model.split(separator: "/").last ?? "")" }

  private var introduction: String {
    let part =
      summary.count == summary.requested
      ? "\(summary.count) examples" : "\(summary.count) of \(summary.requested) examples so far"
    return "\(part) of \(summary.data), every input within l\(summary.norm) distance "
      + "\(number(summary.epsilon)) in pixel values from 0 to 1, bounds in \(summary.arithmetic)."
  }

  // MARK: Charts

  private var accuracyChart: String {
    BarChart(
      [
        BarChart.Bar("right without change", summary.cleanAccuracy, .neutral),
        BarChart.Bar("no violation found", summary.attackAccuracy, .warning),
        BarChart.Bar("certified", summary.certifiedAccuracy, .good),
      ], largest: 1, label: { String(format: "%.1f %%", 100 * $0) }
    ).svg("Accuracy: right without change, no violation found, certified")
  }

  private var methods: [(name: String, total: Summary.MethodTotal)] {
    let order = ["attack"] + (lines.first?.run.methods ?? [])
    return summary.methods.map { ($0.key, $0.value) }.sorted {
      (order.firstIndex(of: $0.name) ?? order.count)
        < (order.firstIndex(of: $1.name) ?? order.count)
    }
  }

  private var methodChart: String {
    BarChart(
      methods.map {
        BarChart.Bar($0.name, Double($0.total.decided), $0.name == "attack" ? .bad : .good)
      } + [
        BarChart.Bar("undecided", Double(summary.verdicts["undecided"] ?? 0), .warning),
        BarChart.Bar("misclassified", Double(summary.verdicts["misclassified"] ?? 0), .neutral),
      ], largest: Double(max(1, summary.count)), label: { String(Int($0)) }
    ).svg("Examples decided by each method")
  }

  private var methodTable: String {
    let rows = methods.map {
      "<tr><td>\(escaped($0.name))</td><td>\($0.total.decided)</td>"
        + "<td>\(String(format: "%.2f", $0.total.seconds))</td></tr>"
    }
    return """
      <div class="scroll"><table>
      <thead><tr><th>method</th><th>decided</th><th>seconds</th></tr></thead>
      <tbody>\(rows.joined())</tbody>
      </table></div>
      """
  }

  private var marginChart: String {
    let margins = lines.compactMap(\.smallestMargin)
    guard let low = margins.min(), let high = margins.max(), low < high else {
      return "<p>Fewer than two examples have a margin.</p>"
    }
    return Histogram(margins, from: low, to: high)
      .svg("Histogram of the smallest margin of each example")
      + "<p>The smallest lower bound of the right output less any other, per example: "
      + "above zero is certified. From \(number(low)) to \(number(high)).</p>"
  }

  // MARK: Examples

  private var exampleTable: String {
    let shown = 5_000
    let rows = lines.prefix(shown).map { line in
      let cells = [
        "\(line.example)", "\(line.label)", line.prediction.map(String.init) ?? "",
        "<span class=\"\(line.verdict.rawValue)\">\(line.verdict.rawValue)</span>",
        escaped(line.method ?? ""), line.smallestMargin.map(number) ?? "",
        String(format: "%.3f", line.seconds), escaped(line.reason ?? ""),
      ]
      return "<tr>\(cells.map { "<td>\($0)</td>" }.joined())</tr>"
    }
    let head = [
      "example", "label", "answer", "verdict", "by", "smallest margin", "seconds", "reason",
    ].map { "<th>\($0)</th>" }.joined()
    let rest =
      lines.count > shown
      ? "<p>The first \(shown) of \(lines.count); all are in certificates.jsonl.</p>" : ""
    return """
      <div class="scroll"><table>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table></div>
      \(rest)
      """
  }

  private var explanation: String {
    """
    <dl>
    <dt>certified</dt><dd>The bounds, calculated in \(summary.arithmetic), show that no input within the \
    distance changes the answer. Rounding errors of the calculation are not accounted for.</dd>
    <dt>violated</dt><dd>An input within the distance gets another answer. It is in certificates.jsonl, and \
    running the network confirmed it.</dd>
    <dt>undecided</dt><dd>Neither was shown; the reason stands beside it.</dd>
    <dt>misclassified</dt><dd>The network is wrong about the example itself.</dd>
    </dl>
    <p class="digests">model \(escaped(summary.modelDigest))<br>data \(escaped(summary.dataDigest))<br>\
    surety \(escaped(summary.version))</p>
    """
  }

  private func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
