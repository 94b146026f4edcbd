import Foundation

/// How often margins fall into equal ranges, outcome upon outcome; zero is an edge between two of them.
struct MarginHistogram {
  /// A margin, and what became of its example.
  struct Entry {
    var margin: Double
    var outcome: Outcome
  }

  /// A range of margins.
  private struct Bin {
    var counts: [Outcome: Int] = [:]
    var total: Int { counts.values.reduce(0, +) }
  }

  private let bins: [Bin]
  private let low: Double
  private let step: Double
  /// Whether the ends hold what lies beyond them too.
  private let isCutLow: Bool
  private let isCutHigh: Bool
  private let entries: [Entry]

  /// Counts margins; the few that lie far out are counted at the ends.
  ///
  /// - Returns: nil for fewer than two different margins.
  init?(_ entries: [Entry]) {
    let sorted = entries.map(\.margin).filter(\.isFinite).sorted()
    guard let first = sorted.first, let last = sorted.last, first < last else { return nil }
    let cut = sorted.count / 50
    var (from, to) = (sorted[cut], sorted[sorted.count - 1 - cut])
    if from == to { (from, to) = (first, last) }
    // Few margins in many ranges would make a comb.
    step = Self.step(for: to - from, parts: max(10, min(40, Double(sorted.count))))
    let (start, end) = ((from / step).rounded(.down), (to / step).rounded(.down) + 1)
    low = start * step
    let count = max(1, Int(end - start))
    var bins = [Bin](repeating: Bin(), count: count)
    for entry in entries where entry.margin.isFinite {
      // A margin of zero is on the side of those that are not certified.
      let place = (entry.margin / step).rounded(.down) - start
      let isZero = entry.margin == 0 && place >= 1
      let index = Int(max(0, min(Double(count - 1), isZero ? place - 1 : place)))
      bins[index].counts[entry.outcome, default: 0] += 1
    }
    self.bins = bins
    isCutLow = first < low
    isCutHigh = last >= end * step
    self.entries = entries
  }

  private static func step(for length: Double, parts: Double) -> Double {
    let power = pow(10, floor(log10(length / parts)))
    return [1, 2, 5, 10].map { $0 * power }.first { length / $0 <= parts } ?? length
  }

  /// The chart as HTML.
  var html: String {
    let most = Double(bins.map(\.total).max() ?? 1)
    let columns = bins.enumerated().map { index, bin in
      let from = low + Double(index) * step
      let parts = Outcome.allCases.reversed().compactMap { outcome in
        bin.counts[outcome].map { count in
          "<i class=\"\(outcome.style)\" style=\"height:\(coordinate(100 * Double(count) / most))%\"></i>"
        }
      }
      let title =
        "\(bin.total) from \(signedNumber(from)) to \(signedNumber(from + step))"
      return "<div title=\"\(title)\">\(parts.joined())</div>"
    }
    return """
      <div class="histogram" role="img" aria-label="\(escaped(description))">
      <p class="most">\(Int(most)) example\(most == 1 ? "" : "s")</p>
      <div class="columns">\(columns.joined())</div>
      <div class="numbers">\(numbers)</div>
      <p class="axis">margin</p>
      </div>
      """
  }

  private var numbers: String {
    let high = low + Double(bins.count) * step
    func number(_ value: Double, _ text: String, _ style: String = "") -> String {
      let part = 100 * (value - low) / (high - low)
      return "<span\(style) style=\"left:\(coordinate(part))%\">\(escaped(text))</span>"
    }
    var texts: [String] = []
    let zero = -low / (high - low)
    // Numbers that would overlap the one at zero are left out.
    if zero > 0.14 || zero < 0 {
      texts.append(number(low, (isCutLow ? "≤ " : "") + signedNumber(low), " class=\"first\""))
    }
    if zero >= 0, zero <= 1 { texts.append(number(0, "0", " class=\"zero\"")) }
    if zero < 0.86 || zero > 1 {
      texts.append(number(high, (isCutHigh ? "≥ " : "") + signedNumber(high), " class=\"last\""))
    }
    return texts.joined()
  }

  /// The chart in words.
  var description: String {
    let margins = entries.map(\.margin)
    let above = margins.count { $0 > 0 }
    return "Histogram of \(margins.count) margins, from \(signedNumber(margins.min() ?? 0)) to "
      + "\(signedNumber(margins.max() ?? 0)); \(above) above zero."
  }
}
