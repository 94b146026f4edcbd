/// Accuracies against the radius: a curve and its numbers.
struct CurveSection {
  /// The points, smallest radius first.
  var points: [AccuracyPoint]
  /// The lines where they are known at more radii than the points.
  var clean: [LineChart.Point]?
  var attacked: [LineChart.Point]?
  var certified: [LineChart.Point]?

  /// The section as HTML; empty for fewer than two radii, which make no curve.
  var html: String {
    guard points.count > 1 else { return "" }
    let numbers =
      points.count > Self.most
      ? "<details><summary>\(points.count) radii as a table</summary>\(table)</details>" : table
    return """
      \(chart.html)
      \(numbers)
      """
  }

  /// The radii whose numbers are shown at once.
  private static let most = 8

  private var unit: RadiusUnit { RadiusUnit(points.map(\.epsilon)) }

  private var chart: LineChart {
    func line(
      _ name: String, _ tone: Tone, _ exact: [LineChart.Point]?,
      _ value: (AccuracyPoint) -> Double?
    ) -> LineChart.Series {
      let known =
        exact
        ?? points.compactMap { point in
          value(point).map { LineChart.Point(x: point.epsilon, y: $0) }
        }
      return LineChart.Series(
        name: name, points: known.map { LineChart.Point(x: unit.value($0.x), y: $0.y) }, tone: tone)
    }
    return LineChart(
      "Accuracy", over: unit.name,
      [
        line("clean accuracy", .clean, clean, \.clean),
        line("attack accuracy", .attacked, attacked, \.attacked),
        line("certified accuracy", .certified, certified, \.certified),
      ], label: percentTick)
  }

  private var table: String {
    HTMLTable(
      caption: "Accuracy at each radius",
      columns: [
        .text("radius"), .number("examples"), .number("clean"), .number("attack"),
        .number("certified"),
      ],
      rows: points.map { point in
        [
          radiusText(point.epsilon), "\(point.count)", percent(point.clean),
          point.attacked.map(percent) ?? "", point.certified.map(percent) ?? "",
        ]
      }
    ).html
  }
}

/// How radii are written on an axis: small ones in 255ths, in which pixels are stored.
struct RadiusUnit {
  private let isSmall: Bool

  init(_ radii: [Double]) {
    let largest = radii.max() ?? 0
    isSmall = largest > 0 && largest < 0.1
  }

  var name: String { isSmall ? "radius in 255ths" : "radius" }

  func value(_ radius: Double) -> Double { isSmall ? radius * 255 : radius }
}
