import Records

/// The page about recipes that are compared: what each certifies, how far its seeds lie apart, and what it cost.
///
/// It is one file without scripts, fonts or pictures from elsewhere; it links to the pages of the trainings, which lie beside it.
public struct ComparisonReport: Sendable {
  let record: ComparisonRecord

  /// Creates a report of a comparison, which may still go on.
  public init(_ record: ComparisonRecord) { self.record = record }

  /// The whole page.
  public var page: String {
    let hasResults = record.recipes.contains { !$0.trainings.isEmpty }
    let results =
      hasResults
      ? [
        HTMLPage.Section(id: "glance", heading: "", content: resultTable + differences),
        HTMLPage.Section(id: "spread", heading: "Accuracy and spread", content: spreadChart),
        HTMLPage.Section(
          id: "time", heading: "Certified accuracy against the time of training", content: timeChart
        ),
      ] : []
    let noun = record.recipes.count == 1 ? "recipe" : "recipes"
    return HTMLPage(
      title: "Comparison: \(record.recipes.map(\.name).joined(separator: ", "))",
      kicker: "Comparison of \(record.recipes.count) \(noun)", headline: headline,
      lead: "<p class=\"lead\">\(escaped(introduction))</p>",
      sections: results + [
        HTMLPage.Section(id: "settings", heading: "In what they differ", content: settingsTable),
        HTMLPage.Section(
          id: "trainings", heading: "Every training", content: hasResults ? trainingTable : ""),
        HTMLPage.Section(id: "run", heading: "The comparison", content: facts),
        HTMLPage.Section(id: "recipes", heading: "Recipes", content: recipes),
        HTMLPage.Section(id: "words", heading: "How to read this", content: explanation),
      ]
    ).text
  }

  // MARK: Words

  /// The images that the certifier is asked about, in words.
  private var imageWords: String {
    "the first \(record.requested) test images at radius \(radiusText(record.epsilon))"
  }

  private var headline: String {
    guard let best = record.ranked.first, let certified = best.results.certified else {
      return "No training has come to a result yet."
    }
    let mean = certified.count > 1 ? ", in the mean of \(certified.count) seeds" : ""
    let claim = "\(best.name) certifies \(percent(certified.mean)) of \(imageWords)\(mean)"
    guard let difference = best.difference, let judgement = record.judgement(of: best) else {
      let others = record.recipes.count > 1 ? ", and no other recipe more" : ""
      return "\(claim)\(others)."
    }
    return
      "\(claim), \(points(difference.certified)) more than \(record.recipes[0].name): \(judgement)."
  }

  /// A difference of parts in points.
  private func points(_ difference: Double) -> String {
    "\(shortNumber((1_000 * abs(difference)).rounded() / 10)) points"
  }

  private var introduction: String {
    let seeds = record.seeds.map { "\($0)" }.joined(separator: ", ")
    let budget =
      record.time.map { "as many epochs as fit \(duration($0))" } ?? "the epochs of the recipes"
    return "Trained on \(record.images.training.count) images of \(record.images.training.name), "
      + "\(budget), with seed\(record.seeds.count == 1 ? "" : "s") \(seeds). "
      + "\(record.trainings) of \(record.planned) trainings have ended."
  }

  /// What is to be said of each recipe but the first, and of trainings without a network.
  private var differences: String {
    let lines = record.ranked.compactMap { recipe -> String? in
      guard let difference = recipe.difference, let judgement = record.judgement(of: recipe) else {
        return nil
      }
      let more = difference.certified < 0 ? "less" : "more"
      return
        "<li><b>\(escaped(recipe.name))</b> certifies \(points(difference.certified)) \(more) than "
        + "\(escaped(record.recipes[0].name)): \(judgement).</li>"
    }
    let lost = record.recipes.compactMap { recipe -> String? in
      let count = recipe.trainings.count - recipe.finished.count
      return count == 0
        ? nil
        : "<li><b>\(escaped(recipe.name))</b>: \(count) of \(recipe.trainings.count) trainings ended "
          + "without a network and count in no figure.</li>"
    }
    let all = lines + lost
    return all.isEmpty ? "" : "<ul class=\"steps\">\(all.joined())</ul>"
  }

  private var facts: String {
    var rows = [
      ("certified by", record.methods.joined(separator: ", ")),
      (
        "test images",
        "\(record.requested) certified, \(record.images.test.count) judged by intervals"
      ),
      ("time of a training", record.time.map(duration) ?? "not limited"),
      ("began", record.started), ("ended", record.ended ?? "not yet"),
      ("machine", MachineWords(record.machine).text), ("Surety", record.version),
      ("compiler", record.software?.compiler ?? "not recorded"),
      ("OpenBLAS", record.software?.openBLAS ?? "not recorded"),
      ("training data", "\(record.images.training.name), \(record.images.training.digest)"),
      ("test data", "\(record.images.test.name), \(record.images.test.digest)"),
    ]
    if let command = record.command { rows.append(("command", shellCommand(command))) }
    return FactList(facts: rows.map { FactList.Fact($0.0, $0.1) }).html
  }

  private var recipes: String {
    record.recipes.map { recipe in
      "<details><summary>\(escaped(recipe.name))</summary><pre>\(escaped(recipe.recipe))</pre></details>"
    }.joined(separator: "\n")
  }

  private var explanation: String {
    """
    <dl class="meanings">
    <dt>certified, attacked, clean</dt><dd>The parts of the same images that are certified, that the network is right about with no attack \
    found within the radius, and that it is right about without any change. The truth lies between certified and attacked.</dd>
    <dt>verified</dt><dd>The part that interval bounds alone verify, of all images that epochs are judged by.</dd>
    <dt>tightness</dt><dd>How wide CROWN bounds are over how wide interval bounds are: the mean widths for margins, the right output less \
    each other one, around the first test images. 1 where intervals lose nothing.</dd>
    <dt>training</dt><dd>The time of the batches; judging is not counted.</dd>
    <dt>the spread of the seeds</dt><dd>From the worst seed to the best. A difference is more than the spread where all seeds of one recipe lie \
    beyond all seeds of the other. Between recipes that are equally good that happens by chance once in 3 comparisons with two seeds each, \
    once in 10 with three, and once in 126 with five; with several recipes beside the first, for one of them accordingly more \
    often. Other test images would move all recipes; that is not in the spread.</dd>
    </dl>
    """
  }
}
