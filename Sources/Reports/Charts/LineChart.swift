import Foundation

/// Lines over a common horizontal axis.
///
/// Only the lines are stretched to the width of the window; texts are texts of the page and keep their size on a
/// telephone. Names stand at the ends of the lines where there is room for them, and above the chart elsewhere.
struct LineChart {
  /// A point of a line.
  struct Point {
    var x: Double
    var y: Double
  }

  /// A line.
  struct Series {
    var name: String
    var points: [Point]
    var tone: Tone
    /// Whether it is drawn dotted, as the less important of two.
    var isFaint = false
    /// Whether its points are joined, which makes sense where one follows from the other.
    var isJoined = true

    /// The height at which the name stands: that of the last point, or the mean of points that are not joined.
    fileprivate var end: Double {
      isJoined
        ? points[points.count - 1].y : points.reduce(0) { $0 + $1.y } / Double(points.count)
    }
  }

  /// Where something changes.
  struct Mark {
    var x: Double
    var name: String
  }

  /// The lines, without those that have no point.
  let series: [Series]
  private let title: String
  private let horizontal: String
  private let x: Axis
  private let y: Axis
  private let label: (Double) -> String
  private let mark: Mark?
  /// The height in pixels, whatever the width.
  private let height: Double
  /// The room between two names.
  private let lineHeight = 18.0

  /// Creates a chart.
  ///
  /// - Parameters:
  ///   - title: What the lines show, for those who do not see them.
  ///   - horizontal: The name of the horizontal axis.
  ///   - series: The lines, their points from left to right.
  ///   - scale: How the vertical axis is spaced; an axis of logarithms is made only when all numbers are positive.
  ///   - mark: Where something changes.
  ///   - startsAtZero: Whether the horizontal axis begins at zero instead of at the first point.
  ///   - label: How a number of the vertical axis is written.
  init(
    _ title: String, over horizontal: String, _ series: [Series], scale: Axis.Scale = .linear,
    mark: Mark? = nil, startsAtZero: Bool = false,
    label: @escaping (Double) -> String = shortNumber
  ) {
    self.title = title
    self.horizontal = horizontal
    self.series = series.filter { !$0.points.isEmpty }
    let points = self.series.flatMap(\.points)
    let areWhole = points.allSatisfy { $0.x == $0.x.rounded() }
    x = Axis(points.map(\.x), includesZero: startsAtZero, isWhole: areWhole, fits: true)
    let values = points.map(\.y)
    let isPositive = values.allSatisfy { $0 > 0 }
    y = Axis(values, scale: isPositive ? scale : .linear, includesZero: true)
    height = max(220, lineHeight * Double(self.series.count))
    self.mark = mark
    self.label = label
  }

  /// The chart as HTML.
  var html: String {
    guard !series.isEmpty else { return "<p>Nothing was measured.</p>" }
    let names = series.map { shortened($0.name) }
    let ticks = y.ticks.map(label)
    // At least as much room as most charts need, so that those above each other can be compared.
    let room =
      "--high:\(Int(height))px;--ticks:\(max(6, (ticks.map(\.count).max() ?? 0) + 1))ch;"
      + "--names:\(max(20, (names.map(\.count).max() ?? 0) + 4))ch"
    return """
      <div class="chart\(series.count > 1 ? "" : " single")" style="\(room)" role="img" \
      aria-label="\(escaped(description))">
      \(key(names))
      <div class="plot">
      \(numbers(ticks))
      <svg class="lines" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
      \(grid)
      \(series.map(line).joined(separator: "\n"))
      </svg>
      \(markName)
      \(endNames(names))
      </div>
      <p class="axis">\(escaped(horizontal))</p>
      </div>
      """
  }

  /// The chart in words.
  var description: String {
    let parts = series.map { line in
      let values = line.points.map(\.y)
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      let ends =
        line.isJoined ? "from \(label(values[0])) to \(label(values[values.count - 1])), " : ""
      return "\(line.name): \(ends)lowest \(label(low)), highest \(label(high))."
    }
    return "\(title) over \(horizontal). \(parts.joined(separator: " "))"
  }

  // MARK: Places, in thousandths of the plot

  private func across(_ value: Double) -> Double { 1000 * x.place(value) }
  private func down(_ value: Double) -> Double { 1000 * (1 - y.place(value)) }

  // MARK: Parts

  private func key(_ names: [String]) -> String {
    guard series.count > 1 else { return "" }
    let entries = zip(series, names).map { line, name in
      "<li><i class=\"dash \(style(line))\"></i>\(escaped(name))</li>"
    }
    return "<ul class=\"key\">\(entries.joined())</ul>"
  }

  private func numbers(_ ticks: [String]) -> String {
    let rows = zip(y.ticks, ticks).map { tick, text in
      "<span class=\"y\" style=\"top:\(coordinate(down(tick) / 10))%\">\(escaped(text))</span>"
    }
    let columns = x.ticks.map { tick in
      "<span class=\"x\" style=\"left:\(coordinate(across(tick) / 10))%\">"
        + "\(escaped(shortNumber(tick)))</span>"
    }
    return (rows + columns).joined()
  }

  private var grid: String {
    let rows = y.ticks.map { "M0 \(coordinate(down($0)))H1000" }
    let marks = mark.map { x.range.contains($0.x) ? "M\(coordinate(across($0.x))) 0V1000" : "" }
    return "<path class=\"grid\" d=\"\(rows.joined())\"/>"
      + (marks.map { $0.isEmpty ? "" : "<path class=\"mark\" d=\"\($0)\"/>" } ?? "")
  }

  private func line(_ line: Series) -> String {
    let places = line.points.map { "\(coordinate(across($0.x))),\(coordinate(down($0.y)))" }
    let dots =
      line.points.count > 40 && line.isJoined
      ? []
      : zip(line.points, places).map { point, at in
        // A line without length and with round ends is a dot that no stretching makes an ellipse.
        "<path class=\"dot \(style(line))\" d=\"M\(at)h0\"><title>"
          + "\(escaped("\(line.name), \(shortNumber(point.x)): \(label(point.y))"))</title></path>"
      }
    guard line.isJoined else { return dots.joined() }
    return
      "<polyline class=\"\(style(line))\" points=\"\(places.joined(separator: " "))\"/>"
      + dots.joined()
  }

  private var markName: String {
    guard let mark, x.range.contains(mark.x) else { return "" }
    let part = x.place(mark.x)
    // The name stands on the side with more room.
    return part > 0.5
      ? "<span class=\"at end\" style=\"right:\(coordinate(100 - 100 * part))%\">\(escaped(mark.name))</span>"
      : "<span class=\"at\" style=\"left:\(coordinate(100 * part))%\">\(escaped(mark.name))</span>"
  }

  /// The names at the ends of the lines, moved apart where they would overlap.
  private func endNames(_ names: [String]) -> String {
    guard series.count > 1 else { return "" }
    let ends = series.map { down($0.end) * height / 1000 }
    let places = apart(ends)
    let texts = zip(places, zip(series, names)).map { at, part in
      "<span class=\"name\" style=\"top:\(coordinate(at))px\" title=\"\(escaped(part.0.name))\">"
        + "<i class=\"dash \(style(part.0))\"></i>\(escaped(part.1))</span>"
    }
    let leaders = zip(series, zip(ends, places)).map { line, place in
      "<path class=\"\(style(line))\" d=\"M2 \(coordinate(place.0))L14 \(coordinate(place.1))\"/>"
    }
    return "<svg class=\"leaders\" width=\"16\" height=\"\(Int(height))\" aria-hidden=\"true\">"
      + "\(leaders.joined())</svg>\(texts.joined())"
  }

  private func apart(_ ends: [Double]) -> [Double] {
    var places = ends
    let order = places.indices.sorted { places[$0] < places[$1] }
    for (above, below) in zip(order, order.dropFirst()) {
      places[below] = max(places[below], places[above] + lineHeight)
    }
    // What was pushed beyond the lower edge pushes back.
    var limit = height
    for index in order.reversed() {
      places[index] = min(places[index], limit)
      limit = places[index] - lineHeight
    }
    return places
  }

  private func shortened(_ name: String) -> String {
    name.count > 24 ? "\(name.prefix(11))…\(name.suffix(12))" : name
  }

  private func style(_ line: Series) -> String {
    line.isFaint ? "\(line.tone.name) faint" : line.tone.name
  }
}
