import Foundation
import Records

// The page of a transformer that learns to continue a text.
extension TrainingReport {
  /// Whether the run is one of a text.
  var isText: Bool { run.recipe.split(separator: "\n").contains("task: text") }

  private var judged: [(epoch: EpochRecord, text: TextRecord)] {
    epochs.compactMap { epoch in epoch.text.map { (epoch, $0) } }
  }

  var textHeadline: String {
    guard let last = judged.last?.text else { return "The network has not been judged yet." }
    let words = "\(percent(last.accuracy)) of \(last.count) tokens are predicted"
    return last.bound.map { "\(words), by outputs that move by at most \(shortNumber($0))." }
      ?? "\(words)."
  }

  var textTiles: String {
    guard let last = judged.last?.text else { return "" }
    var tiles = [
      ("clean", "accuracy", percent(last.accuracy), "of the tokens that it has not learnt from"),
      ("ink", "loss", shortNumber(last.loss), "nats a token"),
    ]
    if let bound = last.bound {
      tiles.append(
        (
          "certified", "proved bound", shortNumber(bound),
          "how far outputs move for embedded tokens that are 1 apart"
        ))
    }
    let cells = tiles.map { tone, name, value, meaning in
      "<div class=\"tile \(tone)\"><p class=\"name\">\(name)</p><p class=\"value\">\(value)</p>"
        + "<p class=\"soft\">\(escaped(meaning))</p></div>"
    }
    return "<div class=\"tiles\">\(cells.joined())</div>"
  }

  var textSections: [HTMLPage.Section] {
    guard !epochs.isEmpty else {
      return [
        HTMLPage.Section(
          id: "accuracy", heading: "", content: "<p>No epoch is finished yet.</p>")
      ]
    }
    return [
      HTMLPage.Section(id: "accuracy", heading: "Accuracy", content: textAccuracyChart),
      HTMLPage.Section(id: "bound", heading: "How far outputs can move", content: boundChart),
      HTMLPage.Section(id: "course", heading: "Course of the training", content: textCourse),
    ]
  }

  private func points(_ value: (TextRecord) -> Double?) -> [LineChart.Point] {
    judged.compactMap { pair in
      value(pair.text).map { LineChart.Point(x: Double(pair.epoch.epoch), y: $0) }
    }
  }

  private func trainingPoints(_ value: (EpochRecord) -> Double?) -> [LineChart.Point] {
    epochs.compactMap { epoch in
      value(epoch).map { LineChart.Point(x: Double(epoch.epoch), y: $0) }
    }
  }

  private var textAccuracyChart: String {
    LineChart(
      "Accuracy", over: "epoch",
      [
        LineChart.Series(name: "validation", points: points(\.accuracy), tone: .clean),
        LineChart.Series(
          name: "training", points: trainingPoints(\.cleanAccuracy), tone: .clean, isFaint: true),
      ], label: percentTick
    ).html
  }

  private var boundChart: String {
    let series = [
      LineChart.Series(name: "proved", points: points(\.bound), tone: .certified),
      LineChart.Series(
        name: "published formula, no bound", points: points(\.publishedFigure), tone: .soft,
        isFaint: true),
    ]
    guard series.contains(where: { !$0.points.isEmpty }) else { return "<p>No bound is known.</p>" }
    return LineChart("Bound", over: "epoch", series, scale: scale(series)).html
  }

  private var textCourse: String {
    let count = judged.map(\.text.attentionEntropy.count).max() ?? 0
    func entropy(
      _ block: Int, _ name: String, isFaint: Bool, _ value: @escaping (TextRecord) -> [Double]?
    ) -> LineChart.Series {
      LineChart.Series(
        name: name,
        points: points { record in
          value(record).flatMap { $0.indices.contains(block) ? $0[block] : nil }
        }, tone: .layer(block, of: count), isFaint: isFaint)
    }
    let entropies = (0..<count).flatMap { block in
      let name = "block \(block + 1)"
      return [
        entropy(block, name, isFaint: false, \.attentionEntropy),
        entropy(block, "\(name), at least", isFaint: true, \.attentionEntropyAtLeast),
      ]
    }.filter { !$0.points.isEmpty }
    let losses = [
      LineChart.Series(name: "validation", points: points(\.loss), tone: .ink),
      LineChart.Series(
        name: "training", points: trainingPoints(\.loss), tone: .ink, isFaint: true),
    ]
    let sizes = [
      LineChart.Series(name: "largest", points: points(\.largestActivation), tone: .ink)
    ]
    let charts = [
      ("Loss, in nats", LineChart("Loss", over: "epoch", losses).html),
      ("Entropy of attention, in nats", LineChart("Entropy", over: "epoch", entropies).html),
      (
        "Largest number between layers",
        LineChart("Largest number", over: "epoch", sizes, scale: scale(sizes)).html
      ),
      ("Learning rate", learningRateChart),
    ].map { "<div><h3>\(escaped($0.0))</h3>\($0.1)</div>" }
    return "<div class=\"pair\">\(charts.joined(separator: "\n"))</div>"
  }

  var textTable: String {
    let table = HTMLTable(
      caption: "Every epoch",
      columns: [
        "epoch", "learning rate", "loss, training", "loss, validation", "accuracy, training",
        "accuracy, validation", "proved bound", "tokens/s",
      ].map { .number($0) },
      rows: epochs.map { epoch in
        let cells = [
          "\(epoch.epoch)", shortNumber(epoch.learningRate), shortNumber(epoch.loss),
          epoch.text.map { shortNumber($0.loss) }, epoch.cleanAccuracy.map(percent),
          epoch.text.map { percent($0.accuracy) }, epoch.text?.bound.map(shortNumber),
          "\(Int(epoch.imagesPerSecond.rounded()))",
        ]
        return cells.map { $0 ?? "" }
      })
    return
      "<details><summary>\(epochs.count) epoch\(epochs.count == 1 ? "" : "s") as a table</summary>\(table.html)</details>"
  }

  var textExplanation: String {
    """
    <dl class="meanings">
    <dt>accuracy</dt><dd>The part of the tokens that the network gives the largest output, alone, before it sees them.</dd>
    <dt>proved bound</dt><dd>However tokens are changed, each by a vector of root mean square <i>d</i> of its embedding and \
    none made larger than the largest of the table, the outputs at each place move by at most the bound times <i>d</i>, in root mean squares. It follows from \
    proved norms of the weights, head by head.</dd>
    <dt>published formula</dt><dd>What the published code computes for the same weights. It takes norms of heads together and \
    divides by the divisor of GELU twice, so the true distance may exceed it; it is shown for comparison.</dd>
    <dt>entropy of attention</dt><dd>The mean over tokens and heads of <code>-sum a log a</code>: near 0 where each token attends to one other \
    alone, which goes with training that breaks down. It is at least what the norms of weights and tokens say, drawn faintly.</dd>
    </dl>
    """
  }
}
