import Records

/// The page about the radii of examples: how far answers hold, as a curve and example by example.
public struct RadiusReport: Sendable {
  let summary: RadiusSummary
  let tolerance: Double
  let radii: [ExampleRadius]
  let records: [Int: ExampleRecord]

  /// Creates a report.
  public init(_ history: RadiusHistory) {
    (summary, tolerance, radii) = (history.summary, history.tolerance, history.radii)
    records = Dictionary(history.examples.map { ($0.example, $0) }) { first, _ in first }
  }

  /// The whole page.
  public var page: String {
    let shown = ShownRadii(radii)
    let title = "Radii of \(fileName(summary.model))"
    return HTMLPage(
      title: title, kicker: title, headline: claim, lead: lead,
      sections: [
        HTMLPage.Section(id: "glance", heading: "", content: glance),
        HTMLPage.Section(
          id: "curve", heading: "Accuracy against the radius",
          content: RadiusCurve(radii, summary.curve).html),
        HTMLPage.Section(
          id: "examples", heading: "Hardest \(words.example)s",
          content: GallerySection(shown, radii, records, className, words).html),
        HTMLPage.Section(
          id: "classes", heading: "Classes",
          content: RadiusClasses(radii, className, words).html),
        HTMLPage.Section(id: "methods", heading: "Methods and time", content: methods),
        HTMLPage.Section(
          id: "assumed", heading: "What was assumed",
          content: RadiusAssumptions(summary: summary, tolerance: tolerance, words: words).html),
        HTMLPage.Section(
          id: "check", heading: "How to check it again",
          content: CheckSection(runs: [
            CheckSection.Run(
              modelDigest: summary.run.modelDigest, dataDigest: summary.run.dataDigest,
              command: summary.circumstances?.command)
          ]).html),
        HTMLPage.Section(
          id: "all", heading: "All results",
          content: TableSection.wrapped(
            table(Set(shown.all.map(\.example))), count: radii.count, log: "radius.jsonl")),
      ], script: tableScript
    ).text
  }

  // MARK: Words

  var words: RegionWords { RegionWords(norm: summary.run.region.norm, records) }

  /// The largest radius that was asked about.
  var largest: Double { summary.run.region.epsilon }

  private func className(_ label: Int) -> String {
    guard let classes = summary.classes, classes.indices.contains(label) else { return "\(label)" }
    return classes[label]
  }

  private var claim: String {
    let right = radii.compactMap(\.certified)
    guard summary.usable > 0 else { return "None of \(words.examples(summary.count)) can be used." }
    guard let median = summary.medianCertified, let mean = summary.meanCertified else {
      return "The network is right about none of \(words.examples(summary.usable))."
    }
    let average = "the mean certified radius is \(words.found(mean, .down))"
    let all = summary.usable
    if right.count == 1 {
      let only =
        all == 1
        ? "The only image" : "The only one of \(words.examples(all)) that is classified correctly"
      return median > 0
        ? "\(only.replacing("image", with: words.example)) keeps its right answer under \(words.changes(found: median))."
        : "\(only.replacing("image", with: words.example)) is certified at no radius."
    }
    let some =
      right.count == all
      ? words.examples(all) : "\(right.count) correctly classified \(words.example)s (of \(all))"
    guard median > 0 else {
      let held = right.count { $0 > 0 }
      return
        "\(held) of the \(some) \(held == 1 ? "keeps its" : "keep their") right answer under changes of some size; "
        + "\(average)."
    }
    return
      "Half of the \(some) keep their right answer under \(words.changes(found: median)); \(average)."
  }

  private var lead: String {
    let missing =
      summary.count < summary.requested
      ? " Only \(summary.count) of \(summary.requested) \(words.example)s that were asked for are done so far."
      : ""
    let text =
      "\(summary.run.data); bounds computed in \(summary.run.arithmetic). The certified radius of an \(words.example) is a "
      + "lower bound of how far its answer holds, the distance of the nearest counterexample that was found an upper "
      + "bound.\(missing)"
    return "<p class=\"lead\">\(escaped(text))</p>"
  }

  // MARK: Parts

  private var glance: String {
    func number(_ value: Double?, _ rounding: Rounding = .down) -> String {
      value.map { radiusText($0, rounding) } ?? "none"
    }
    let violated = radii.compactMap(\.violated).sorted()
    let middle = violated.isEmpty ? nil : violated[violated.count / 2]
    let whole = radii.count { RadiusOutcome($0, largest) == .whole }
    let tiles = [
      Tile(
        tone: "certified", name: "median certified radius", value: number(summary.medianCertified),
        meaning: "half of the right answers hold at least so far"),
      Tile(
        tone: "certified", name: "mean certified radius", value: number(summary.meanCertified),
        meaning: whole > 0
          ? "\(whole) held at \(radiusText(largest)), the largest asked about"
          : "over all right answers"),
      Tile(
        tone: "violated", name: "median counterexample", value: number(middle, .up),
        meaning:
          "distance of the nearest one found, for \(violated.count) \(words.example)\(violated.count == 1 ? "" : "s")"
      ),
      Tile(
        tone: "clean", name: "clean accuracy", value: percent(summary.cleanAccuracy),
        meaning: "right without any change"),
    ]
    let counts = radii.reduce(into: [RadiusOutcome: Int]()) {
      $0[RadiusOutcome($1, largest), default: 0] += 1
    }
    let entries = RadiusOutcome.allCases.compactMap { outcome in
      counts[outcome].map { "<li><b>\($0)</b> \(outcome.meaning($0, largest))</li>" }
    }
    return """
      <div class="tiles">\(tiles.map(\.html).joined(separator: "\n"))</div>
      <ul class="outcomes">\(entries.joined())</ul>
      <p class="soft rule">\(escaped(rule))</p>
      """
  }

  private var rule: String {
    let errors = summary.errors
    let all =
      errors > 0
      ? "\(words.examples(summary.usable)) that can be used; \(errors) cannot and \(errors == 1 ? "counts" : "count") "
        + "in none" : "all \(words.examples(summary.usable))"
    return "Accuracies are parts of \(all). Radii are over the right answers only."
  }

  private var methods: String {
    let seconds = radii.map(\.seconds).sorted()
    guard let slowest = seconds.last else { return "" }
    let found = radii.filter { ($0.certified ?? 0) > 0 }
    let names = summary.run.cascade.filter { !["attack", "short-attack"].contains($0) }
    let others = Set(found.compactMap(\.method)).subtracting(names).sorted()
    let table = HTMLTable(
      caption: "The methods that certified the largest radius of each example",
      columns: [.text("method"), .number("largest radius of")],
      rows: (names + others).map { name in
        [MethodSection.named(name), "\(found.count { $0.method == name })"]
      })
    let probes = radii.reduce(0) { $0 + $1.probes }
    return """
      <p>Each radius is the last of several questions, \(probes) in all. An \(words.example) took \(duration(seconds[seconds.count / 2])) (median), the slowest \(duration(slowest)); all together \
      \(duration(seconds.reduce(0, +))).</p>
      \(table.html)
      """
  }

  private func table(_ shown: Set<Int>) -> HTMLTable {
    HTMLTable(
      caption: "Radii of all examples",
      columns: [
        .number("example"), .wide("file"), .text("label"), .text("answer"), .text("outcome"),
        .number("lower bound"), .number("upper bound"), .number("gap"),
        .text("by"), .number("seconds"), .wide("remark"),
      ],
      rows: radii.prefix(TableSection.most).map { radius in
        [
          TableSection.link(radius.example, shown), escaped(radius.name ?? ""),
          escaped(className(radius.label)), radius.prediction.map { escaped(className($0)) } ?? "",
          RadiusOutcome(radius, largest).word,
          radius.certified.map { radiusText($0, .down) } ?? "",
          radius.violated.map { radiusText($0, .up) } ?? "",
          radius.gap.map(shortNumber) ?? "", escaped(radius.method ?? ""),
          shortNumber((radius.seconds * 1e3).rounded() / 1e3), escaped(radius.problem ?? ""),
        ]
      })
  }
}
