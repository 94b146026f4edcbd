import Certificates
import Foundation

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
    htmlPage(
      title,
      """
      <p>\(escaped(introduction))</p>
      \(results)
      \(epochs.isEmpty ? "<p>No epoch is finished yet.</p>" : curves)
      \(radii)
      <h2>Recipe</h2>
      <pre>\(escaped(run.recipe))</pre>
      <h2>The run</h2>
      \(facts)
      \(epochs.isEmpty ? "" : epochTable)
      <h2>How to read this</h2>
      \(explanation)
      """, style: trainingStyle)
  }

  private var curves: String {
    """
    <h2>Accuracy</h2>
    \(accuracyChart)
    <h2>Loss</h2>
    \(lossChart)
    <h2>Radius</h2>
    \(epsilonChart)
    <h2>Learning rate</h2>
    \(learningRateChart)
    <h2>Gradient</h2>
    \(gradientChart)
    <h2>Bound width, layer by layer</h2>
    \(widthChart)
    <h2>ReLUs, layer by layer</h2>
    \(stateCharts)
    """
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
    return "\(method) on \(run.images.training.count) images of \(run.images.training.name). "
      + "\(epoch)\(planned) epochs are done; the run \(state)\(reason)."
  }

  /// The latest judgement, or the one of the final network at the radius of the recipe.
  private var results: String {
    guard let test = epochs.last(where: { $0.test != nil })?.test else { return "" }
    var tiles = [
      ("right", percent(test.cleanAccuracy)),
      ("verified at \(radiusText(test.epsilon))", percent(test.verifiedAccuracy)),
    ]
    if let attacked = test.attackAccuracy {
      tiles.insert(("right under attack", percent(attacked)), at: 1)
    }
    tiles.append(("test images", "\(test.count)"))
    let cells = tiles.map { name, value in
      "<div><dd>\(escaped(value))</dd><dt>\(escaped(name))</dt></div>"
    }
    return "<dl class=\"tiles\">\(cells.joined())</dl>"
  }

  private var facts: String {
    var rows = [
      ("seed", "\(run.seed)"), ("parameters", "\(run.parameters)"), ("began", run.started),
      ("ended", run.ended ?? "not yet"),
      ("seconds of all epochs", shortNumber(epochs.map(\.seconds).reduce(0, +))),
    ]
    let speeds = epochs.map(\.imagesPerSecond).filter { $0 > 0 }.sorted()
    if !speeds.isEmpty {
      rows.append(("images a second (median)", String(Int(speeds[speeds.count / 2].rounded()))))
    }
    rows += [
      ("processor", "\(run.machine.processor), \(run.machine.cores) cores"),
      ("memory", "\(shortNumber(Double(run.machine.memory) / Double(1 << 30))) GiB"),
      ("system", run.machine.system), ("surety", run.version),
      ("compiler", run.software?.compiler ?? "not recorded"),
      ("OpenBLAS", run.software?.openBLAS ?? "not recorded"),
      ("training images", "\(run.images.training.name), \(run.images.training.digest)"),
      ("test images", "\(run.images.test.name), \(run.images.test.digest)"),
      ("model", run.modelDigest ?? "none yet"),
    ]
    let lines = rows.map { "<tr><th>\(escaped($0.0))</th><td>\(escaped($0.1))</td></tr>" }
    return "<div class=\"scroll\"><table class=\"facts\">\(lines.joined())</table></div>"
  }

  private var epochTable: String {
    let head = [
      "epoch", "radius", "learning rate", "loss", "right (training)", "verified (training)",
      "right (test)", "verified (test)", "images/s",
    ].map { "<th>\($0)</th>" }.joined()
    let rows = epochs.map { epoch in
      let cells = [
        "\(epoch.epoch)", shortNumber(epoch.epsilon), shortNumber(epoch.learningRate),
        shortNumber(epoch.loss), epoch.cleanAccuracy.map(percent),
        epoch.verifiedAccuracy.map(percent),
        epoch.test.map { percent($0.cleanAccuracy) },
        epoch.test.map { percent($0.verifiedAccuracy) },
        "\(Int(epoch.imagesPerSecond.rounded()))",
      ]
      return "<tr>\(cells.map { "<td>\($0 ?? "")</td>" }.joined())</tr>"
    }
    return """
      <details>
      <summary>Every epoch as a table</summary>
      <div class="scroll"><table>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table></div>
      </details>
      """
  }

  private var explanation: String {
    """
    <dl>
    <dt>verified</dt><dd>Interval bounds show that no change of the pixels within the radius changes the right \
    answer. Rounding errors of the calculation are not accounted for.</dd>
    <dt>certified</dt><dd>The methods of <code>surety certify</code> show the same, with bounds that are tighter and \
    cost more; on fewer images.</dd>
    <dt>radius</dt><dd>The largest change of any pixel, in values from 0 to 1. While it grows, accuracies are those \
    at the radius of the moment.</dd>
    <dt>bound width</dt><dd>The mean width of the intervals that enter the ReLUs of a layer, over the width of the \
    input's. Narrow bounds at the last layers are what makes a network verifiable.</dd>
    <dt>active, inactive, unstable</dt><dd>Neurons that are positive, negative, or of either sign over the whole \
    region. Inactive neurons say nothing; unstable ones make bounds loose.</dd>
    </dl>
    """
  }
}
