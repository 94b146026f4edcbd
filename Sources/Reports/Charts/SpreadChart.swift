import Records

/// Rows of ranges along one axis: where several numbers lie, and how far apart their trainings are.
///
/// A line runs from the lowest to the highest, with a mark at the mean and a dot for each training. Only the lines are stretched to the
/// width of the window; texts are texts of the page.
struct SpreadChart {
  /// One range.
  struct Range {
    /// What the number is.
    var name: String
    var tone: Tone
    /// The numbers of the trainings, from 0 to 1; a range of none is left out.
    var values: [Double]
  }

  /// Ranges that stand together.
  struct Row {
    /// What they are of.
    var name: String
    /// The ranges, at most three, the same in every row.
    var ranges: [Range]
  }

  /// What the rows show, for those who do not see them.
  var title: String
  var rows: [Row]

  /// The rows that have a number.
  private var shown: [Row] { rows.filter { $0.ranges.contains { !$0.values.isEmpty } } }

  private var axis: Axis {
    Axis(shown.flatMap(\.ranges).flatMap(\.values), includesZero: true)
  }

  /// The chart as HTML.
  var html: String {
    guard let first = shown.first else { return "<p>Nothing was measured.</p>" }
    let key = first.ranges.map {
      "<li><i class=\"swatch \($0.tone.name)\"></i>\(escaped($0.name))</li>"
    }
    return """
      <div class="spread" role="img" aria-label="\(escaped(description))">
      <ul class="key always">\(key.joined())</ul>
      \(shown.map { html($0, axis) }.joined(separator: "\n"))
      \(numbers(axis))
      </div>
      """
  }

  /// The chart in words.
  var description: String {
    let parts = shown.flatMap { row in
      row.ranges.compactMap { range in
        Spread(range.values).map {
          "\(row.name), \(range.name): mean \(percent($0.mean)), from \(percent($0.lowest)) to \(percent($0.highest))."
        }
      }
    }
    return "\(title). \(parts.joined(separator: " "))"
  }

  private func html(_ row: Row, _ axis: Axis) -> String {
    func across(_ value: Double) -> String { coordinate(1000 * axis.place(value)) }
    let grid = axis.ticks.map { "M\(across($0)) 0V1000" }
    let ranges = row.ranges.enumerated().map { place, range in
      let down = 200 + 300 * Double(place)
      guard let spread = Spread(range.values) else { return "" }
      let style = range.tone.name
      let line = "M\(across(spread.lowest)) \(coordinate(down))H\(across(spread.highest))"
      let mean = "M\(across(spread.mean)) \(coordinate(down - 110))v220"
      let dots = range.values.map {
        "<path class=\"dot \(style)\" d=\"M\(across($0)) \(coordinate(down))h0\"/>"
      }
      return "<path class=\"\(style)\" d=\"\(line)\"/><path class=\"mean \(style)\" d=\"\(mean)\"/>"
        + dots.joined()
    }
    return """
      <div class="of"><p>\(escaped(row.name))</p>\
      <svg class="lines" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">\
      <path class="grid" d="\(grid.joined())"/>\(ranges.joined())</svg></div>
      """
  }

  private func numbers(_ axis: Axis) -> String {
    let spans = axis.ticks.map { tick in
      let place = axis.place(tick)
      let style = place <= 0 ? " class=\"first\"" : place >= 1 ? " class=\"last\"" : ""
      return "<span\(style) style=\"left:\(coordinate(100 * place))%\">\(percentTick(tick))</span>"
    }
    return "<div class=\"numbers\">\(spans.joined())</div>"
  }
}
