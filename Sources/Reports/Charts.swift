import Foundation

/// What a colour stands for; the page decides which colour that is.
enum Tone: String {
  case good, bad, warning, neutral
}

/// Horizontal bars with their names and values.
struct BarChart {
  struct Bar {
    var name: String
    var value: Double
    var tone: Tone

    init(_ name: String, _ value: Double, _ tone: Tone) {
      self.name = name
      self.value = value
      self.tone = tone
    }
  }

  private let bars: [Bar]
  private let largest: Double
  private let label: (Double) -> String

  init(_ bars: [Bar], largest: Double, label: @escaping (Double) -> String) {
    self.bars = bars
    self.largest = largest
    self.label = label
  }

  /// The chart as SVG that takes the width of the page.
  func svg(_ description: String) -> String {
    let (rowHeight, left, width) = (30, 150, 640)
    let room = Double(width - left - 70)
    let rows = bars.enumerated().map { index, bar in
      let length = largest > 0 ? room * max(0, min(1, bar.value / largest)) : 0
      let y = index * rowHeight
      return """
        <text x="\(left - 8)" y="\(y + 20)" text-anchor="end">\(escaped(bar.name))</text>
        <rect class="\(bar.tone.rawValue)" x="\(left)" y="\(y + 5)" \
        width="\(String(format: "%.1f", length))" height="20" rx="3"/>
        <text x="\(String(format: "%.1f", Double(left) + length + 8))" y="\(y + 20)">\
        \(escaped(label(bar.value)))</text>
        """
    }
    return svgElement(
      width: width, height: bars.count * rowHeight, description, rows.joined(separator: "\n"))
  }
}

/// How often values fall into equal ranges, with those below zero told apart.
struct Histogram {
  private let counts: [Int]
  private let from: Double
  private let step: Double

  init(_ values: [Double], from low: Double, to high: Double) {
    let bins = 30
    let step = (high - low) / Double(bins)
    var counts = [Int](repeating: 0, count: bins)
    for value in values { counts[max(0, min(bins - 1, Int((value - low) / step)))] += 1 }
    (self.counts, from, self.step) = (counts, low, step)
  }

  /// The chart as SVG that takes the width of the page.
  func svg(_ description: String) -> String {
    let (width, height) = (640, 180)
    let most = Double(max(1, counts.max() ?? 1))
    let each = Double(width) / Double(counts.count)
    let bars = counts.enumerated().map { index, count in
      let length = Double(height - 20) * Double(count) / most
      let middle = from + (Double(index) + 0.5) * step
      let place = String(
        format: "x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"", Double(index) * each,
        Double(height) - length, each - 2, length)
      return
        "<rect class=\"\(middle > 0 ? "good" : "warning")\" \(place)><title>\(count)</title></rect>"
    }
    var zero = ""
    let position = -from / (step * Double(counts.count)) * Double(width)
    if position > 0 && position < Double(width) {
      let x = String(format: "%.1f", position)
      zero =
        "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"0\" y2=\"\(height)\"/>"
        + "<text x=\"\(x)\" y=\"12\" dx=\"4\">0</text>"
    }
    return svgElement(
      width: width, height: height, description, (bars + [zero]).joined(separator: "\n"))
  }
}

/// A picture as SVG that takes the width of the page, with a text for those who do not see it.
func svgElement(
  width: Int, height: Int, _ description: String, _ content: String
) -> String {
  """
  <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(escaped(description))">
  \(content)
  </svg>
  """
}
