import Records

/// The page about a search for networks: the frontier of certified accuracy and latency, hand-made networks beside it, and every trial.
///
/// It is one file without scripts, fonts or pictures from elsewhere.
public struct ArchitectureSearchReport: Sendable {
  let record: ArchitectureSearchRecord

  /// Creates a report of a search, which may still go on.
  public init(_ record: ArchitectureSearchRecord) { self.record = record }

  /// The whole page.
  public var page: String {
    let hasResults = (record.networks + record.references).contains { $0.judged != nil }
    let results =
      hasResults
      ? [
        HTMLPage.Section(id: "glance", heading: "", content: frontierTable + verdicts),
        HTMLPage.Section(
          id: "frontier", heading: "Certified accuracy against latency", content: frontierChart),
        HTMLPage.Section(
          id: "certification", heading: "Certified accuracy against the time of certification",
          content: certificationChart),
        HTMLPage.Section(id: "course", heading: "The course of the search", content: courseChart),
      ] : []
    let count = record.trained
    return HTMLPage(
      title: "Search for networks", kicker: "Search of \(count) network\(count == 1 ? "" : "s")",
      headline: headline, lead: "<p class=\"lead\">\(escaped(introduction))</p>",
      sections: results + [
        HTMLPage.Section(id: "trials", heading: "Every trial", content: trialTable),
        HTMLPage.Section(id: "run", heading: "The search", content: facts),
        HTMLPage.Section(
          id: "recipe", heading: "The recipe of every training",
          content: "<pre>\(escaped(record.recipe))</pre>"),
        HTMLPage.Section(id: "words", heading: "How to read this", content: explanation),
      ]
    ).text
  }

  // MARK: Words

  private var headline: String {
    guard let best = record.best, let judged = best.judged else {
      return "No network of the search has come to a result yet."
    }
    let time = best.times.map { ", \(milliseconds($0.latency)) an image" } ?? ""
    return "\(best.name) certifies \(percent(judged.certifiedAccuracy)) of \(judged.count) "
      + "validation images at radius \(radiusText(record.epsilon))\(time)."
  }

  private var introduction: String {
    let rejected = record.networks.count - record.trained
    let budget = record.settings.time.map { "\(duration($0)) of training each" }
    return "Trained on \(record.training.count) images of \(record.training.name), judged by "
      + "\(record.validation.count)" + (budget.map { ", \($0)" } ?? "")
      + ". \(record.trained) of \(record.requested) networks were trained, \(rejected) rejected before"
      + (record.reason.map { "; the search ended as \($0)" } ?? "") + "."
  }

  /// What is to be said of each hand-made network.
  private var verdicts: String {
    let lines = record.references.compactMap { reference -> String? in
      guard let own = reference.judged else {
        return reference.reason.map {
          "<li><b>\(escaped(reference.name))</b>: no result (\(escaped($0))).</li>"
        }
      }
      guard let rival = record.rival(of: reference), let other = rival.judged else {
        return "<li>No network of the search is as fast as <b>\(escaped(reference.name))</b>.</li>"
      }
      let difference = other.certifiedAccuracy - own.certifiedAccuracy
      let points = "\(shortNumber((1_000 * abs(difference)).rounded() / 10)) points"
      let what =
        difference == 0 ? "as many" : "\(points) \(difference > 0 ? "more" : "fewer")"
      return "<li>No slower than <b>\(escaped(reference.name))</b>, <b>\(escaped(rival.name))</b> "
        + "certifies \(what): \(percent(other.certifiedAccuracy)) against "
        + "\(percent(own.certifiedAccuracy)).</li>"
    }
    return lines.isEmpty ? "" : "<ul class=\"steps\">\(lines.joined())</ul>"
  }

  private var facts: String {
    let (settings, space) = (record.settings, record.settings.space)
    func list(_ values: [some Any]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
    var rows = [
      ("latency", settings.latency.map { "at most \(milliseconds($0))" } ?? "not limited"),
      (
        "time of certification",
        settings.certification.map { "at most \(milliseconds($0))" } ?? "not limited"
      ),
      ("measured with", "\(settings.batch) at a time, \(settings.threads) threads"),
      ("certified by", record.methods.joined(separator: ", ")),
      (
        "evolution",
        "population \(settings.population), tournaments of \(settings.tournament), seed \(settings.seed)"
      ),
      ("stages", "\(space.stages)"), ("kinds", list(space.kinds)), ("widths", list(space.widths)),
      ("blocks", list(space.blocks)), ("strides", list(space.strides)),
      ("hidden linear layer", list(space.linear)),
      ("began", record.started), ("ended", record.ended ?? "not yet"),
      ("machine", MachineWords(record.machine).text), ("Surety", record.version),
      ("compiler", record.software?.compiler ?? "not recorded"),
      ("OpenBLAS", record.software?.openBLAS ?? "not recorded"),
      ("training data", "\(record.training.name), \(record.training.digest)"),
      ("validation data", "\(record.validation.name), \(record.validation.digest)"),
    ]
    if let command = record.command { rows.append(("command", shellCommand(command))) }
    return FactList(facts: rows.map { FactList.Fact($0.0, $0.1) }).html
  }

  private var explanation: String {
    """
    <dl class="meanings">
    <dt>a network</dt><dd>Its stages from the image up, each KIND-WIDTHxBLOCKS and, after a slash, the stride with which it begins; then the size \
    of the hidden linear layer where there is one.</dd>
    <dt>certified, clean</dt><dd>The parts of the validation images that are certified, and that the network is right about. They were cut \
    from the training data; the search has not seen the test data. The best of many networks is partly luck with these images: expect less of \
    others.</dd>
    <dt>latency</dt><dd>The median time of the network's answer on this machine, an image, in single precision.</dd>
    <dt>certification</dt><dd>The median time in which all methods together bound an image, before training.</dd>
    <dt>the frontier</dt><dd>The networks of the search that no other one surpasses in both certified accuracy and latency.</dd>
    <dt>rejected</dt><dd>Over a budget, or not to be trained by the recipe; such networks cost a measurement and no training.</dd>
    </dl>
    """
  }
}

/// Seconds in thousandths, which latencies are read in.
func milliseconds(_ seconds: Double) -> String { "\(shortNumber(1e3 * seconds)) ms" }
