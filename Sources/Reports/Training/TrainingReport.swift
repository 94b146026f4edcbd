import Foundation
import Records

/// The page about a training run: its curves, its layers, what came out, the recipe.
///
/// It is one file without scripts, fonts or pictures from elsewhere, readable in the dark, and every picture has
/// its text.
public struct TrainingReport: Sendable {
  let run: TrainingRun
  let epochs: [EpochRecord]

  /// Creates a report of a run, which may still go on.
  public init(_ history: TrainingHistory) {
    run = history.run
    epochs = history.epochs
  }

  /// The whole page.
  public var page: String {
    let results = [
      HTMLPage.Section(id: "glance", heading: "", content: isText ? textTiles : results)
    ]
    let radii = HTMLPage.Section(
      id: "radii", heading: "Accuracy against the radius", content: radii)
    let table = isText ? textTable : epochTable
    return HTMLPage(
      title: title, kicker: title, headline: isText ? textHeadline : headline,
      lead: "<p class=\"lead\">\(escaped(introduction))</p>",
      sections: results + (isText ? textSections : curves + [radii]) + [
        HTMLPage.Section(
          id: "recipe", heading: "Recipe", content: "<pre>\(escaped(run.recipe))</pre>"),
        HTMLPage.Section(id: "run", heading: "The run", content: facts),
        HTMLPage.Section(
          id: "epochs", heading: "Every epoch", content: epochs.isEmpty ? "" : table),
        HTMLPage.Section(
          id: "words", heading: "How to read this", content: isText ? textExplanation : explanation),
      ]
    ).text
  }

  private var curves: [HTMLPage.Section] {
    guard !epochs.isEmpty else {
      return [
        HTMLPage.Section(
          id: "accuracy", heading: "", content: "<p>No epoch is finished yet.</p>")
      ]
    }
    return [
      HTMLPage.Section(id: "accuracy", heading: "Accuracy", content: accuracyChart),
      HTMLPage.Section(id: "course", heading: "Course of the training", content: course),
      HTMLPage.Section(id: "widths", heading: "Bound width, layer by layer", content: widthChart),
      HTMLPage.Section(id: "states", heading: "ReLUs, layer by layer", content: stateCharts),
    ]
  }

  /// What changed from epoch to epoch, in small charts.
  private var course: String {
    let effective = effectiveRateChart.map { [("Effective learning rate, by matrix", $0)] } ?? []
    let attention = attentionChart.map { [("Entropy of attention, in nats", $0)] } ?? []
    let charts =
      ([
        ("Loss", lossChart), (epsilonName, epsilonChart), ("Learning rate", learningRateChart),
        ("Norm of the gradient before clipping", gradientChart),
      ] + effective + attention).map { "<div><h3>\(escaped($0.0))</h3>\($0.1)</div>" }
    return "<div class=\"pair\">\(charts.joined(separator: "\n"))</div>"
  }

  // MARK: Words

  /// The value of a key at the margin of the recipe; the recipe is written by this library, in one form.
  private func recipeValue(_ key: String) -> String? {
    run.recipe.split(separator: "\n").first { $0.hasPrefix("\(key): ") }.map {
      String($0.dropFirst(key.count + 2)).filter { $0 != "\"" }
    }
  }

  private var title: String {
    let name = recipeValue("name") ?? ""
    return name.isEmpty ? "Training" : "Training: \(name)"
  }

  private var introduction: String {
    let method = recipeValue("method") ?? "a network"
    let planned = recipeValue("epochs").map { " of \($0)" } ?? ""
    let state =
      switch run.status {
      case .running: "goes on, or was interrupted"
      case .finished: "is finished"
      case .stopped: "was stopped"
      case .diverged: "ended early"
      }
    let reason = run.reason.map { ": \($0)" } ?? ""
    let epoch = epochs.last?.epoch ?? 0
    let noun = epoch == 1 && planned.isEmpty ? "epoch" : "epochs"
    let done = "\(noun) \(epoch == 1 ? "is" : "are")"
    let data =
      isText
      ? "A transformer on \(run.images.training.count) tokens of \(run.images.training.name). "
      : "\(method) on \(run.images.training.count) images of \(run.images.training.name). "
    return data
      + "\(epoch)\(planned) \(done) done; the run \(state)\(reason)."
  }

  /// What came out in one sentence.
  private var headline: String {
    guard let test = epochs.last(where: { $0.test != nil })?.test else {
      return "The network has not been judged yet."
    }
    return "\(percent(test.verifiedAccuracy)) of \(test.count) test images are verified at radius "
      + "\(radiusText(test.epsilon)); the clean accuracy is \(percent(test.cleanAccuracy))."
  }

  /// The latest judgement, or the one of the final network at the radius of the recipe.
  private var results: String {
    guard let test = epochs.last(where: { $0.test != nil })?.test else { return "" }
    var tiles = [
      (
        "verified", "verified accuracy", test.verifiedAccuracy,
        "right, by interval bounds within \(radiusText(test.epsilon))"
      )
    ]
    let certified = run.certification?.radii.first { abs($0.epsilon - test.epsilon) < 1e-9 }
    if let certified, let count = run.certification?.count {
      tiles.insert(
        (
          "certified", "certified accuracy", certified.certifiedAccuracy,
          "of the first \(count), by tighter bounds"
        ), at: 0)
    }
    if let attacked = test.attackAccuracy {
      tiles.append(("attacked", "attack accuracy", attacked, "right, and no violation was found"))
    }
    tiles.append(("clean", "clean accuracy", test.cleanAccuracy, "right without any change"))
    let cells = tiles.map { tone, name, value, meaning in
      "<div class=\"tile \(tone)\"><p class=\"name\">\(name)</p><p class=\"value\">\(percent(value))</p>"
        + "<p class=\"soft\">\(escaped(meaning))</p></div>"
    }
    return "<div class=\"tiles\">\(cells.joined())</div>"
  }

  private var facts: String {
    var rows = [
      ("seed", "\(run.seed)"), ("parameters", "\(run.parameters)"), ("began", run.started),
      ("ended", run.ended ?? "not yet"),
      ("seconds of all epochs", shortNumber(epochs.map(\.seconds).reduce(0, +))),
    ]
    let speeds = epochs.map(\.imagesPerSecond).filter { $0 > 0 }.sorted()
    if !speeds.isEmpty {
      rows.append(
        (
          "\(isText ? "tokens" : "images") a second (median)",
          String(Int(speeds[speeds.count / 2].rounded()))
        ))
    }
    rows += [
      ("machine", MachineWords(run.machine).text), ("Surety", run.version),
      ("compiler", run.software?.compiler ?? "not recorded"),
      ("OpenBLAS", run.software?.openBLAS ?? "not recorded"),
      ("training data", "\(run.images.training.name), \(run.images.training.digest)"),
      ("test data", "\(run.images.test.name), \(run.images.test.digest)"),
      ("model", run.modelDigest ?? "none yet"),
    ]
    if let teacher = run.teacher {
      rows.append(("teacher", "\(teacher.file), \(teacher.digest)"))
    }
    return FactList(facts: rows.map { FactList.Fact($0.0, $0.1) }).html
  }

  private var epochTable: String {
    let table = HTMLTable(
      caption: "Every epoch",
      columns: [
        "epoch", "radius", "learning rate", "loss", "clean, training", "verified, training",
        "clean, test", "verified, test", "images/s",
      ].map { .number($0) },
      rows: epochs.map { epoch in
        let cells = [
          "\(epoch.epoch)", shortNumber(epoch.epsilon), shortNumber(epoch.learningRate),
          shortNumber(epoch.loss), epoch.cleanAccuracy.map(percent),
          epoch.verifiedAccuracy.map(percent),
          epoch.test.map { percent($0.cleanAccuracy) },
          epoch.test.map { percent($0.verifiedAccuracy) },
          "\(Int(epoch.imagesPerSecond.rounded()))",
        ]
        return cells.map { $0 ?? "" }
      })
    return
      "<details><summary>\(epochs.count) epoch\(epochs.count == 1 ? "" : "s") as a table</summary>\(table.html)</details>"
  }

  private var explanation: String {
    """
    <dl class="meanings">
    <dt>verified</dt><dd>Interval bounds show that no change of the pixels within the radius changes the right \
    answer. Rounding errors of the calculation are not accounted for.</dd>
    <dt>certified</dt><dd>The methods of <code>surety certify</code> show the same, with bounds that are tighter and \
    cost more; on fewer images.</dd>
    <dt>radius</dt><dd>The largest change of any pixel, in values from 0 to 1. While it grows, accuracies are those \
    at the radius of the moment.</dd>
    <dt>bound width</dt><dd>The mean width of the intervals that enter the ReLUs of a layer, over the width of the \
    input's. Narrow bounds at the last layers are what makes a network verifiable.</dd>
    <dt>effective learning rate</dt><dd>How far a step turns a matrix whose size a normalisation takes away: the learning \
    rate over the norm of the matrix, or over its square for SGD.</dd>
    <dt>entropy of attention</dt><dd>The mean over patches and heads of <code>-sum a log a</code> on a few training images: near 0 where \
    each patch attends to one other alone. It is at least what the norms of weights and tokens say, drawn faintly.</dd>
    <dt>active, inactive, unstable</dt><dd>Neurons that are positive, negative, or of either sign over the whole \
    region. Inactive neurons say nothing; unstable ones make bounds loose.</dd>
    </dl>
    """
  }
}
