import Certificates

/// The page about the examples of a data set, for a person who must decide.
///
/// One glance first, then the examples themselves, and last what the results rest on. It is one file without fonts,
/// pictures or scripts from elsewhere, readable on a telephone, in the dark and on paper.
public struct CertificationReport: Sendable {
  private let summary: Summary
  private let lines: [ResultLine]
  private let records: [Int: ExampleRecord]
  /// Results of the same question at other radii, with those of this page; smallest radius first.
  private let points: [AccuracyPoint]

  /// Creates a report.
  ///
  /// - Parameters:
  ///   - history: The results.
  ///   - others: The totals of the same question at other radii, for the curve.
  public init(_ history: CertificationHistory, with others: [Summary] = []) {
    summary = history.summary
    lines = history.lines
    records = Dictionary(history.examples.map { ($0.example, $0) }) { first, _ in first }
    points = ([history.summary] + others).filter { $0.count > 0 }.map(AccuracyPoint.init)
      .sorted { $0.epsilon < $1.epsilon }
  }

  /// The whole page.
  public var page: String {
    let shown = ShownExamples(lines)
    let counts = Outcome.counts(typical)
    return HTMLPage(
      title: "Certification of \(modelName)", kicker: "Certification of \(modelName)",
      headline: claim, lead: lead,
      sections: [
        HTMLPage.Section(
          id: "glance", heading: "",
          content: summary.count == 0
            ? ""
            : GlanceSection(
              point: point, counts: counts, words: words,
              attackedCount: summary.attacked
            ).html),
        HTMLPage.Section(
          id: "curve", heading: "Accuracy against the radius",
          content: CurveSection(points: points).html),
        HTMLPage.Section(
          id: "examples", heading: "Violated and hardest \(words.example)s",
          content: GallerySection(
            shown: shown, counts: counts, records: records, className: className, words: words
          ).html),
        HTMLPage.Section(
          id: "classes", heading: "Classes", content: ClassSection(typical, className).html),
        HTMLPage.Section(
          id: "margins", heading: "Margins", content: MarginSection(lines: lines).html),
        HTMLPage.Section(
          id: "methods", heading: "Methods and time",
          content: MethodSection(typical, cascade: cascade).html),
        HTMLPage.Section(
          id: "assumed", heading: "What was assumed",
          content: AssumptionSection(summary: summary, run: lines.first?.run, words: words).html),
        HTMLPage.Section(
          id: "check", heading: "How to check it again",
          content: CheckSection(summary: summary).html),
        HTMLPage.Section(
          id: "all", heading: "All results",
          content: TableSection(
            lines: lines, shown: Set(shown.all.map(\.example)), className: className
          ).html),
      ], script: tableScript
    ).text
  }

  /// The results that the totals are over: of a run that is not complete, those of whole batches.
  private var typical: [ResultLine] {
    guard let places = summary.partial?.examples.all else { return lines }
    let known = Set(places)
    return lines.filter { known.contains($0.example) }
  }

  /// Whether nothing but an attack was asked for.
  private var isAttack: Bool { lines.first?.run.methods.isEmpty ?? false }

  private var point: AccuracyPoint {
    var point = AccuracyPoint(summary)
    if isAttack { point.certified = nil }
    return point
  }

  // MARK: Words

  private var modelName: String {
    String(summary.model.split(separator: "/").last ?? "a network")
  }

  private var words: RegionWords {
    // Folders of before examples were kept are those of image sets.
    let shape = records.values.first?.shape
    return RegionWords(norm: summary.norm, arePictures: shape.map(Picture.isPicture) ?? true)
  }

  private var cascade: [String] { summary.cascade ?? lines.first?.run.cascade ?? [] }

  private func className(_ label: Int) -> String {
    guard let classes = summary.classes, classes.indices.contains(label) else { return "\(label)" }
    return classes[label]
  }

  private var claim: String {
    guard summary.count > 0 else {
      return (summary.partial?.decided ?? 0) == 0
        ? "No \(words.example) has a result yet." : "No batch of \(words.example)s is done yet."
    }
    let certified = summary.verdicts["certified"] ?? 0
    if isAttack {
      let violated = summary.verdicts["violated"] ?? 0
      return "\(violated) of \(words.examples(summary.count)) \(violated == 1 ? "has" : "have") a "
        + "counterexample among changes of \(words.size(summary.epsilon)); an attack proves nothing of the others."
    }
    let changes = words.changes(summary.epsilon)
    if certified == 0 {
      return
        "None of \(words.examples(summary.count)) is shown to keep its right answer under \(changes)."
    }
    let verb = certified == 1 ? "keeps its" : "keep their"
    return "\(certified) of \(words.examples(summary.count)) \(verb) right answer under \(changes)."
  }

  private var lead: String {
    let missing = summary.partial.map { remark(on: $0) } ?? ""
    return """
      <p class="lead">\(escaped(summary.data))\
      \(isAttack ? "" : "; bounds computed in \(escaped(summary.arithmetic))").\(missing)</p>
      """
  }

  /// What a run that is not complete says of itself.
  private func remark(on partial: PartialRun) -> String {
    let done =
      " Only \(partial.decided) of \(summary.requested) \(words.example)s that were asked for are done so far."
    guard partial.open > 0 else { return done }
    return done
      + " The totals are over the \(summary.count) of batches that are done whole, since the easy ones are decided "
      + "first; of all that were begun, between \(percent(partial.leastCertifiedAccuracy)) and "
      + "\(percent(partial.mostCertifiedAccuracy)) are certified."
  }
}

extension AccuracyPoint {
  /// The point of a run.
  init(_ summary: Summary) {
    self.init(
      epsilon: summary.epsilon, count: summary.count, clean: summary.cleanAccuracy ?? 0,
      attacked: summary.attackAccuracy, certified: summary.certifiedAccuracy)
  }
}

extension Outcome {
  /// How many examples had each outcome.
  static func counts(_ lines: [ResultLine]) -> [Outcome: Int] {
    lines.reduce(into: [:]) { $0[Outcome($1), default: 0] += 1 }
  }
}
