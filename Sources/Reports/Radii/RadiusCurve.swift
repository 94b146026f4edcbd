import Records

/// Accuracies against the radius, with a step at each radius where an example is lost.
struct RadiusCurve {
  private let radii: [ExampleRadius]
  private let curve: AccuracyCurve

  /// - Parameter radii: The results, those that cannot be used too.
  init(_ radii: [ExampleRadius], _ curve: AccuracyCurve) {
    self.radii = radii.filter { $0.problem == nil }
    self.curve = curve
  }

  /// The section as HTML; empty where there is no radius.
  var html: String {
    guard !radii.isEmpty, let end = curve.points.last?.epsilon, end > 0 else { return "" }
    var section = CurveSection(
      points: curve.points.map { point in
        AccuracyPoint(
          epsilon: point.epsilon, count: radii.count, clean: point.cleanAccuracy,
          attacked: point.attackAccuracy, certified: point.certifiedAccuracy)
      })
    // An example is certified at its radius too, and not attacked with success below its counterexample.
    section.clean = [0, end].map { LineChart.Point(x: $0, y: curve.points[0].cleanAccuracy) }
    section.certified = steps(radii.compactMap(\.certified), upTo: end)
    section.attacked = steps(
      radii.filter { $0.certified != nil && ($0.attacked || $0.violated != nil) }
        .map { $0.violated ?? .infinity }
        + radii.filter { !$0.attacked && $0.violated == nil }.compactMap(\.certified), upTo: end)
    return """
      <p>Certified: the part of the examples whose certified radius is at least so large. Attack: the part that is right and of \
      which no counterexample is known up to there. What holds lies between the two.</p>
      \(section.html)
      """
  }

  /// The most steps that are drawn.
  private static let most = 400

  /// The part of the examples that is left at each radius.
  ///
  /// - Parameter ends: How far each example goes; those that are missing are lost from the start.
  func steps(_ ends: [Double], upTo end: Double) -> [LineChart.Point] {
    let total = Double(radii.count)
    let sorted = ends.sorted()
    var points = [LineChart.Point(x: 0, y: Double(sorted.count) / total)]
    // Where there are too many steps some are taken together, at their first: the line is never above the truth.
    let every = max(1, sorted.count / Self.most)
    for place in stride(from: 0, to: sorted.count, by: every) where sorted[place] < end {
      let left = Double(sorted.count - min(sorted.count, place + every)) / total
      points.append(LineChart.Point(x: sorted[place], y: points[points.count - 1].y))
      points.append(LineChart.Point(x: sorted[place], y: left))
    }
    points.append(LineChart.Point(x: end, y: points[points.count - 1].y))
    return points
  }
}
