import Foundation

/// Lines over a common horizontal axis, each with its name at its right end.
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
    /// The number of the colour; beyond the palette colours repeat with another dash.
    var colour: Int
    /// Whether it is drawn as less important.
    var isFaint = false
  }

  /// The lines, without those that have no point.
  let series: [Series]
  private let title: String
  private let horizontal: String
  private let x: Axis
  private let y: Axis
  private let label: (Double) -> String
  /// Where something changes, with its name.
  private let mark: (x: Double, name: String)?

  /// Creates a chart.
  ///
  /// - Parameters:
  ///   - title: What the lines show, for those who do not see them.
  ///   - horizontal: The name of the horizontal axis.
  ///   - series: The lines, their points from left to right.
  ///   - scale: How the vertical axis is spaced; an axis of logarithms is made only when all numbers are positive.
  ///   - mark: Where something changes, with its name.
  ///   - label: How a number of the vertical axis is written.
  init(
    _ title: String, over horizontal: String, _ series: [Series], scale: Axis.Scale = .linear,
    mark: (x: Double, name: String)? = nil, label: @escaping (Double) -> String = shortNumber
  ) {
    self.title = title
    self.horizontal = horizontal
    self.series = series.filter { !$0.points.isEmpty }
    let points = self.series.flatMap(\.points)
    let areWhole = points.allSatisfy { $0.x == $0.x.rounded() }
    x = Axis(points.map(\.x), isWhole: areWhole, fits: true)
    let values = points.map(\.y)
    let isPositive = values.allSatisfy { $0 > 0 }
    y = Axis(values, scale: isPositive ? scale : .linear, includesZero: true)
    self.mark = mark
    self.label = label
  }

  // MARK: Layout, in units of the picture

  private let width = 680.0
  private let left = 64.0
  private let top = 14.0
  private let bottom = 44.0
  private let lineHeight = 17.0
  /// The room for names, the same in every chart, so that charts above each other can be compared.
  private let right = 166.0
  /// The letters of a name that fit into it.
  private let letters = 20
  private var plotHeight: Double { max(200, lineHeight * Double(series.count)) }
  private var height: Double { top + plotHeight + bottom }

  private func across(_ value: Double) -> Double { left + x.place(value) * (width - left - right) }
  private func down(_ value: Double) -> Double { top + (1 - y.place(value)) * plotHeight }

  /// The chart as SVG that takes the width of the page.
  var svg: String {
    guard !series.isEmpty else { return "<p>Nothing was measured.</p>" }
    let content = [grid, marked, lines, names].joined(separator: "\n")
    return "<div class=\"chart\">"
      + svgElement(width: Int(width), height: Int(height), description, content) + "</div>"
  }

  /// The chart in words.
  var description: String {
    let parts = series.map { line in
      let values = line.points.map(\.y)
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      return "\(line.name): from \(label(values[0])) to \(label(values[values.count - 1])), "
        + "lowest \(label(low)), highest \(label(high))."
    }
    return "\(title) over \(horizontal). \(parts.joined(separator: " "))"
  }

  private var grid: String {
    let (end, base) = (width - right, top + plotHeight)
    let rows = y.ticks.map { tick in
      "<path class=\"grid\" d=\"M\(place(left)) \(place(down(tick)))H\(place(end))\"/>"
        + "<text class=\"tick\" x=\"\(place(left - 8))\" y=\"\(place(down(tick) + 4))\" "
        + "text-anchor=\"end\">\(escaped(label(tick)))</text>"
    }
    let columns = x.ticks.map { tick in
      "<path class=\"grid\" d=\"M\(place(across(tick))) \(place(base))v5\"/>"
        + "<text class=\"tick\" x=\"\(place(across(tick)))\" y=\"\(place(base + 19))\" "
        + "text-anchor=\"middle\">\(escaped(shortNumber(tick)))</text>"
    }
    let name =
      "<text class=\"tick\" x=\"\(place((left + end) / 2))\" y=\"\(place(height - 6))\" "
      + "text-anchor=\"middle\">\(escaped(horizontal))</text>"
    return (rows + columns + [name]).joined(separator: "\n")
  }

  private var marked: String {
    guard let mark, x.range.contains(mark.x) else { return "" }
    let at = across(mark.x)
    // The name stands on the side with more room.
    let isLeft = at > (left + width - right) / 2
    return "<path class=\"mark\" d=\"M\(place(at)) \(place(top))V\(place(top + plotHeight))\"/>"
      + "<text class=\"tick\" x=\"\(place(at + (isLeft ? -6 : 6)))\" y=\"\(place(top + 11))\" "
      + "text-anchor=\"\(isLeft ? "end" : "start")\">\(escaped(mark.name))</text>"
  }

  private var lines: String {
    series.map { line in
      let places = line.points.map { "\(place(across($0.x))),\(place(down($0.y)))" }
      let style = styleClass(line)
      let dots =
        line.points.count > 40
        ? ""
        : zip(line.points, places).map { point, at in
          let ends = at.split(separator: ",")
          return "<circle class=\"\(style)\" cx=\"\(ends[0])\" cy=\"\(ends[1])\" r=\"2.4\">"
            + "<title>\(escaped("\(line.name), \(shortNumber(point.x)): \(label(point.y))"))</title></circle>"
        }.joined()
      return "<polyline class=\"\(style)\" points=\"\(places.joined(separator: " "))\"/>" + dots
    }.joined(separator: "\n")
  }

  /// The names at the ends of the lines, moved apart where they would overlap.
  private var names: String {
    let base = top + plotHeight
    var places = series.map { down($0.points[$0.points.count - 1].y) }
    let order = places.indices.sorted { places[$0] < places[$1] }
    for (above, below) in zip(order, order.dropFirst()) {
      places[below] = max(places[below], places[above] + lineHeight)
    }
    // What was pushed beyond the lower edge pushes back.
    var limit = base
    for index in order.reversed() {
      places[index] = min(places[index], limit)
      limit = places[index] - lineHeight
    }
    return series.indices.map { index in
      let line = series[index]
      let end = line.points[line.points.count - 1]
      let start = across(end.x) + 4
      let text = width - right + 14
      return
        "<path class=\"\(styleClass(line)) leader\" d=\"M\(place(start)) \(place(down(end.y)))"
        + "L\(place(text - 3)) \(place(places[index]))\"/>"
        + "<text class=\"\(styleClass(line))\" x=\"\(place(text))\" y=\"\(place(places[index] + 5))\">"
        + "\(escaped(shortened(line.name)))</text>"
    }.joined(separator: "\n")
  }

  private func shortened(_ name: String) -> String {
    name.count > letters ? "\(name.prefix(letters - 1))…" : name
  }

  private func styleClass(_ line: Series) -> String {
    let dash = line.colour / seriesColours
    return "s\(line.colour % seriesColours)" + (line.isFaint ? " faint" : "")
      + (dash > 0 ? " dash\((dash - 1) % 2)" : "")
  }

  private func place(_ value: Double) -> String { String(format: "%.1f", value) }
}
