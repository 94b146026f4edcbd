/// The values of an example that is no picture: a row of a table, features, or a series.
///
/// A series is drawn as a line, few features as bars; what a counterexample changes most is listed, before and after.
struct FeatureView {
  /// The values as they are.
  var original: [Double]
  /// The values of the counterexample, as many; nil where there is none.
  var changed: [Double]?
  /// The names of the values; numbers stand for them where they have none.
  var names: [String]?

  /// The values up to which each one gets a bar.
  private static let fewest = 64
  /// The changes that are listed.
  private static let listed = 8

  private var range: ClosedRange<Double> {
    let all = original + (changed ?? [])
    let (low, high) = (min(0, all.min() ?? 0), max(0, all.max() ?? 1))
    return low < high ? low...high : low...(low + 1)
  }

  private func part(_ value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// The places of the largest changes, largest first.
  private var changes: [Int] {
    guard let changed else { return [] }
    let sizes = zip(original, changed).map { abs($0 - $1) }
    return sizes.indices.filter { sizes[$0] > 0 }.sorted { sizes[$0] > sizes[$1] }
      .prefix(original.count <= Self.open ? Self.open : Self.listed).map { $0 }
  }

  /// The view as HTML.
  var html: String {
    let drawn = original.count <= Self.fewest ? bars : line
    return
      "<div class=\"values\" role=\"img\" aria-label=\"\(escaped(words))\">\(drawn)</div>\(list)"
  }

  private var words: String {
    let ends =
      "\(original.count) values from \(shortNumber(original.min() ?? 0)) to "
      + "\(shortNumber(original.max() ?? 0))"
    return changed == nil ? ends : "\(ends), and those of the counterexample"
  }

  private var bars: String {
    let wide = 1000 / Double(max(1, original.count))
    let zero = 1000 * (1 - part(0))
    func bar(_ index: Int, _ value: Double, from left: Double, _ width: Double, _ style: String)
      -> String
    {
      let top = 1000 * (1 - max(part(value), part(0)))
      let high = max(4, abs(1000 * (1 - part(value)) - zero))
      return "<rect class=\"\(style)\" x=\"\(coordinate(wide * (Double(index) + left)))\" "
        + "y=\"\(coordinate(top))\" width=\"\(coordinate(wide * width))\" height=\"\(coordinate(high))\"/>"
    }
    let marked = Set(changes)
    let parts = original.indices.map { index in
      guard let changed else { return bar(index, original[index], from: 0.1, 0.8, "plain") }
      let style = marked.contains(index) ? "violated" : "paler"
      return bar(index, original[index], from: 0.08, 0.4, "plain")
        + bar(index, changed[index], from: 0.5, 0.4, style)
    }
    return picture(parts.joined())
  }

  private var line: String {
    func path(_ values: [Double], _ style: String) -> String {
      let last = Double(max(1, values.count - 1))
      // More points than a screen has are thinned out, keeping the ends of each stretch.
      let every = max(1, values.count / 1000)
      let points = stride(from: 0, to: values.count, by: every).map { index in
        "\(coordinate(1000 * Double(index) / last)),\(coordinate(1000 * (1 - part(values[index]))))"
      }
      return "<polyline class=\"\(style)\" points=\"\(points.joined(separator: " "))\"/>"
    }
    let marks = changes.map { index in
      "M\(coordinate(1000 * Double(index) / Double(max(1, original.count - 1)))) 960V1000"
    }
    return picture(
      (changed.map { path($0, "violated") } ?? "") + path(original, "ink")
        + "<path class=\"changed\" d=\"\(marks.joined())\"/>")
  }

  private func picture(_ content: String) -> String {
    "<svg class=\"lines\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      + "\(content)</svg>"
  }

  /// The values up to which a list of names stands open.
  private static let open = 12

  /// The values under their names, where they have any and nothing is changed.
  private var named: String {
    guard let names, changed == nil, names.count == original.count else { return "" }
    let table = HTMLTable(
      caption: "The values by name",
      columns: [.wide("value"), .number("original")],
      rows: zip(names, original).map { [escaped($0), shortNumber($1)] }
    ).html
    return original.count <= Self.open
      ? table : "<details><summary>\(original.count) values</summary>\(table)</details>"
  }

  private var list: String {
    guard let changed, !changes.isEmpty else { return named }
    let count = zip(original, changed).count { $0 != $1 }
    let rows = changes.map { index in
      [
        escaped(name(index)), shortNumber(original[index]), shortNumber(changed[index]),
        signedNumber(changed[index] - original[index]),
      ]
    }
    let rest =
      count > rows.count
      ? "<p class=\"soft\">The \(rows.count) largest of \(count) changes.</p>" : ""
    return HTMLTable(
      caption: "What the counterexample changes",
      columns: [.wide("value"), .number("original"), .number("changed"), .number("by")], rows: rows
    ).html + rest
  }

  private func name(_ index: Int) -> String {
    guard let names, names.indices.contains(index) else { return "\(index)" }
    return names[index]
  }
}
