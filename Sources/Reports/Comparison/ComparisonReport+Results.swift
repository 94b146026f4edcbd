import Foundation
import Records

// Tables and charts of the page about a comparison.
extension ComparisonReport {
  /// A number over the seeds: its mean, and below it how far apart the seeds lie.
  private func cell(_ spread: Spread?, _ text: (Double) -> String) -> String {
    guard let spread else { return "" }
    guard let deviation = spread.deviation else { return text(spread.mean) }
    return "<b>\(text(spread.mean))</b> ± \(text(deviation))<br><span class=\"soft\">"
      + "\(text(spread.lowest)) to \(text(spread.highest))</span>"
  }

  /// Means and spreads, the recipe with the largest certified accuracy first.
  var resultTable: String {
    HTMLTable(
      caption: "Each recipe: mean ± standard deviation, and lowest to highest, over its seeds",
      columns: [
        .text("recipe"), .number("certified"), .number("attacked"), .number("clean"),
        .number("verified"), .number("tightness"), .number("training"), .number("epochs"),
      ],
      rows: record.ranked.map { recipe in
        let results = recipe.results
        return [
          escaped(record.title(of: recipe)), cell(results.certified, percent),
          cell(results.attacked, percent),
          cell(results.clean, percent), cell(results.verified, percent),
          cell(results.tightness) { String(format: "%.3f", $0) }, cell(results.seconds, duration),
          "\(recipe.epochs)",
        ]
      }
    ).html
  }

  /// Certified, attacked and clean accuracy of each recipe.
  var spreadChart: String {
    SpreadChart(
      title: "Accuracies over the seeds",
      rows: record.ranked.map { recipe in
        func range(
          _ name: String, _ tone: Tone, _ value: (ComparedTraining.Judgement) -> Double
        ) -> SpreadChart.Range {
          SpreadChart.Range(
            name: name, tone: tone, values: recipe.finished.compactMap { $0.judged.map(value) })
        }
        return SpreadChart.Row(
          name: recipe.name,
          ranges: [
            range("certified", .certified, \.certifiedAccuracy),
            range("attacked", .attacked, \.attackAccuracy),
            range("clean", .clean, \.cleanAccuracy),
          ])
      }
    ).html
  }

  /// A dot for each training.
  var timeChart: String {
    let series = record.recipes.enumerated().map { place, recipe in
      let points = recipe.finished.compactMap { training in
        training.judged.map { LineChart.Point(x: training.seconds, y: $0.certifiedAccuracy) }
      }
      return LineChart.Series(
        name: recipe.name, points: points.sorted { $0.x < $1.x },
        tone: .layer(place, of: record.recipes.count), isJoined: false)
    }
    return LineChart(
      "Certified accuracy", over: "seconds of training", series, startsAtZero: true,
      label: percentTick
    ).html
  }

  /// The settings in which the recipes differ, a line each.
  var settingsTable: String {
    let keys = Set(record.recipes.flatMap(\.settings.keys)).sorted()
    guard !keys.isEmpty else { return "" }
    return HTMLTable(
      caption: "Settings that differ from recipe to recipe",
      columns: [.text("setting")] + record.recipes.map { HTMLTable.Column.wide($0.name) },
      rows: keys.map { key in
        [escaped(key)] + record.recipes.map { escaped($0.settings[key] ?? "none") }
      }
    ).html
  }

  /// Every training that has ended, with its page.
  var trainingTable: String {
    HTMLTable(
      caption: "Every training",
      columns: [
        .text("recipe"), .number("seed"), .number("certified"), .number("attacked"),
        .number("clean"), .number("images"), .number("verified"), .number("tightness"),
        .number("epochs"), .number("training"), .wide("remark"),
      ],
      rows: record.recipes.flatMap { recipe in
        recipe.trainings.map { training in
          let page =
            "<a href=\"\(escaped(training.folder))/report.html\">\(escaped(recipe.name))</a>"
          let judged = training.judged
          return [
            page, "\(training.seed)", judged.map { percent($0.certifiedAccuracy) } ?? "",
            judged.map { percent($0.attackAccuracy) } ?? "",
            judged.map { percent($0.cleanAccuracy) } ?? "", judged.map { "\($0.count)" } ?? "",
            training.intervals.map { percent($0.verifiedAccuracy) } ?? "",
            training.bounds?.tightness.map { String(format: "%.3f", $0) } ?? "",
            "\(training.epochs)", duration(training.seconds),
            escaped(remark(on: training)),
          ]
        }
      }
    ).html
  }

  private func remark(on training: ComparedTraining) -> String {
    if training.status == .diverged { return "no network: \(training.reason ?? "diverged")" }
    var remarks = training.reason.map { [$0] } ?? []
    let count = training.judged?.count ?? 0
    if count < record.requested { remarks.append("certified only \(count) images in the time") }
    return remarks.joined(separator: "; ")
  }
}
