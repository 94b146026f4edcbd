import Certificates
import Foundation

extension TrainingReport {
  /// Accuracy of the final network against the radius: by intervals on all test images, and as the certifier
  /// shows it on the first of them.
  var radii: String {
    guard !run.radii.isEmpty else { return "" }
    let certified = run.certification?.radii ?? []
    let unit = RadiusUnit(run.radii.map(\.epsilon) + certified.map(\.epsilon))
    func line<Record>(
      _ name: String, _ colour: Int, _ records: [Record], at radius: (Record) -> Double,
      _ value: (Record) -> Double?
    ) -> LineChart.Series {
      let points = records.compactMap { record in
        value(record).map { LineChart.Point(x: unit.value(radius(record)), y: $0) }
      }
      return LineChart.Series(name: name, points: points, colour: colour)
    }
    let attacked =
      certified.isEmpty
      ? line("under attack", 2, run.radii, at: \.epsilon, \.attackAccuracy)
      : line("under attack", 2, certified, at: \.epsilon, \.attackAccuracy)
    let chart = LineChart(
      "Accuracy of the final network", over: unit.name,
      [
        attacked, line("certified", 0, certified, at: \.epsilon, \.certifiedAccuracy),
        line("verified", 1, run.radii, at: \.epsilon, \.verifiedAccuracy),
      ], label: percentTick)
    return """
      <h2>Accuracy against the radius</h2>
      \(chart.svg)
      \(intervalTable)
      \(certification)
      """
  }

  private var intervalTable: String {
    table(
      ["radius", "right", "under attack", "verified"],
      run.radii.map { record in
        [
          radiusText(record.epsilon), percent(record.cleanAccuracy),
          record.attackAccuracy.map(percent) ?? "", percent(record.verifiedAccuracy),
        ]
      })
  }

  /// What the certifier was asked, and what it answered.
  private var certification: String {
    guard let certification = run.certification else { return "" }
    let methods = certification.methods.joined(separator: ", ")
    guard certification.count > 0 else {
      return "<p>No test image could be certified by \(escaped(methods)) in "
        + "\(shortNumber(certification.seconds)) seconds.</p>"
    }
    let part =
      certification.count < certification.requested
      ? " of \(certification.requested) that were asked for" : ""
    let rows = table(
      ["radius", "right", "under attack", "certified"],
      certification.radii.map { record in
        [
          radiusText(record.epsilon), percent(record.cleanAccuracy), percent(record.attackAccuracy),
          percent(record.certifiedAccuracy),
        ]
      })
    return """
      <p>The first \(certification.count) test images\(part), certified by \(escaped(methods)) in \
      \(escaped(certification.arithmetic)), in \(shortNumber(certification.seconds)) seconds:</p>
      \(rows)
      """
  }

  private func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = rows.map { row in "<tr>\(row.map { "<td>\($0)</td>" }.joined())</tr>" }
    return """
      <div class="scroll"><table>
      <thead><tr>\(head.map { "<th>\($0)</th>" }.joined())</tr></thead>
      <tbody>\(lines.joined())</tbody>
      </table></div>
      """
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
