import Foundation

/// Parts of a whole over time, one upon the other, in a small picture.
struct StateChart {
  /// The parts at one time; what is left to 1 is the middle part.
  struct Moment {
    var x: Double
    var lower: Double
    var upper: Double
  }

  private let name: String
  private let moments: [Moment]
  private let x: Axis

  /// Creates a chart.
  ///
  /// - Parameters:
  ///   - name: What the whole is.
  ///   - moments: The parts, from left to right.
  ///   - range: The numbers that the horizontal axis shows, equal in pictures that are compared.
  init(_ name: String, _ moments: [Moment], over range: [Double]) {
    self.name = name
    self.moments = moments
    x = Axis(range, isWhole: true, fits: true)
  }

  private let width = 210.0
  private let height = 130.0
  private let top = 22.0
  private let bottom = 18.0

  private func across(_ value: Double) -> Double { 4 + x.place(value) * (width - 8) }
  private func down(_ part: Double) -> Double {
    top + (1 - max(0, min(1, part))) * (height - top - bottom)
  }

  /// The chart as SVG.
  var svg: String {
    // One moment is shown as a stretch.
    let moments =
      self.moments.count == 1
      ? [x.range.lowerBound, x.range.upperBound].map { edge in
        var copy = self.moments[0]
        copy.x = edge
        return copy
      } : self.moments
    let lower = area(moments.map { ($0.x, 0, $0.lower) }, "inactive")
    let middle = area(moments.map { ($0.x, $0.lower, 1 - $0.upper) }, "unstable")
    let upper = area(moments.map { ($0.x, 1 - $0.upper, 1) }, "active")
    let ends = [x.range.lowerBound, x.range.upperBound].map(shortNumber)
    return svgElement(
      width: Int(width), height: Int(height), description,
      """
      <text x="4" y="14">\(escaped(String(name.prefix(28))))</text>
      \(lower)
      \(middle)
      \(upper)
      <text class="tick" x="4" y="\(height - 4)">\(ends[0])</text>
      <text class="tick" x="\(width - 4)" y="\(height - 4)" text-anchor="end">\(ends[1])</text>
      """)
  }

  /// The chart in words.
  var description: String {
    guard let last = moments.last else { return "\(name): nothing was measured." }
    return "\(name), in the end: \(percent(last.upper)) active, \(percent(last.lower)) inactive, "
      + "\(percent(max(0, 1 - last.upper - last.lower))) unstable."
  }

  private func area(_ edges: [(x: Double, from: Double, to: Double)], _ style: String) -> String {
    func point(_ x: Double, _ part: Double) -> String {
      String(format: "%.1f,%.1f", across(x), down(part))
    }
    let outline = edges.map { point($0.x, $0.to) } + edges.reversed().map { point($0.x, $0.from) }
    return "<polygon class=\"\(style)\" points=\"\(outline.joined(separator: " "))\"/>"
  }
}
