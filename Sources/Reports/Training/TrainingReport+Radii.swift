import Foundation
import Records

extension TrainingReport {
  /// Accuracy of the final network against the radius: by intervals on all test images, and as the certifier
  /// shows it on the first of them.
  var radii: String {
    guard !run.radii.isEmpty else { return "" }
    let certified = run.certification?.radii ?? []
    let unit = RadiusUnit(run.radii.map(\.epsilon) + certified.map(\.epsilon))
    func line<Record>(
      _ name: String, _ tone: Tone, _ records: [Record], at radius: (Record) -> Double,
      _ value: (Record) -> Double?
    ) -> LineChart.Series {
      let points = records.compactMap { record in
        value(record).map { LineChart.Point(x: unit.value(radius(record)), y: $0) }
      }
      return LineChart.Series(name: name, points: points, tone: tone)
    }
    let attacked =
      certified.isEmpty
      ? line("attack", .attacked, run.radii, at: \.epsilon, \.attackAccuracy)
      : line("attack", .attacked, certified, at: \.epsilon, \.attackAccuracy)
    let chart = LineChart(
      "Accuracy of the final network", over: unit.name,
      [
        attacked, line("certified", .certified, certified, at: \.epsilon, \.certifiedAccuracy),
        line("verified", .verified, run.radii, at: \.epsilon, \.verifiedAccuracy),
      ], label: percentTick)
    return """
      \(chart.html)
      \(intervalTable)
      \(certification)
      """
  }

  private var intervalTable: String {
    HTMLTable(
      caption: "Accuracy at each radius by interval bounds",
      columns: [.text("radius"), .number("clean"), .number("attack"), .number("verified")],
      rows: run.radii.map { record in
        [
          radiusText(record.epsilon), percent(record.cleanAccuracy),
          record.attackAccuracy.map(percent) ?? "", percent(record.verifiedAccuracy),
        ]
      }
    ).html
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
    let rows = HTMLTable(
      caption: "Accuracy at each radius by the certifier",
      columns: [.text("radius"), .number("clean"), .number("attack"), .number("certified")],
      rows: certification.radii.map { record in
        [
          radiusText(record.epsilon), percent(record.cleanAccuracy), percent(record.attackAccuracy),
          percent(record.certifiedAccuracy),
        ]
      }
    ).html
    return """
      <p>The first \(certification.count) test images\(part), certified by \(escaped(methods)) in \
      \(escaped(certification.arithmetic)), in \(shortNumber(certification.seconds)) seconds:</p>
      \(rows)
      """
  }
}
