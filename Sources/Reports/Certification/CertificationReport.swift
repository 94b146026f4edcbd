import Records

/// The page about the examples of a data set, for a person who must decide.
///
/// One glance first, then the examples themselves, and last what the results rest on. It is one file without fonts,
/// pictures or scripts from elsewhere, readable on a telephone, in the dark and on paper.
public struct CertificationReport: Sendable {
  let summary: Summary
  private let lines: [ResultLine]
  private let records: [Int: ExampleRecord]
  /// The totals of the same question at all radii of the page, that of the examples first.
  let summaries: [Summary]

  /// Creates a report.
  ///
  /// - Parameters:
  ///   - history: The results.
  ///   - others: The totals of the same question at other radii, for the curve.
  public init(_ history: CertificationHistory, with others: [Summary] = []) {
    summary = history.summary
    lines = history.lines
    records = Dictionary(history.examples.map { ($0.example, $0) }) { first, _ in first }
    summaries = [history.summary] + others
  }

  /// The whole page.
  public var page: String {
    let shown = ShownExamples(lines)
    let counts = Outcome.counts(typical)
    let title = "\(isAttack ? "Attack on" : "Certification of") \(modelName)"
    return HTMLPage(
      title: title, kicker: title, headline: claim, lead: lead,
      sections: [
        HTMLPage.Section(id: "glance", heading: "", content: glance(counts)),
        HTMLPage.Section(
          id: "curve", heading: "Accuracy against the radius",
          content: CurveSection(
            points: summaries.filter { $0.count > 0 }.map(AccuracyPoint.init)
              .sorted { $0.epsilon < $1.epsilon }
          ).html),
        HTMLPage.Section(
          id: "examples", heading: "Violated and hardest \(words.example)s\(place)",
          content: GallerySection(shown, counts, records, className, words).html),
        HTMLPage.Section(
          id: "classes", heading: "Classes\(place)", content: ClassSection(typical, className).html),
        HTMLPage.Section(
          id: "margins", heading: "Margins\(place)",
          content: MarginSection(lines, cascade: cascade).html),
        HTMLPage.Section(
          id: "methods", heading: "Methods and time\(place)",
          content: MethodSection(typical, cascade: cascade).html),
        HTMLPage.Section(
          id: "assumed", heading: "What was assumed",
          content: AssumptionSection(
            summaries: summaries, run: lines.first?.run, words: words
          ).html),
        HTMLPage.Section(
          id: "check", heading: "How to check it again",
          content: CheckSection(runs: summaries.map(CheckSection.Run.init)).html),
        HTMLPage.Section(
          id: "all", heading: "All results\(place)",
          content: TableSection(
            lines: lines, shown: Set(shown.all.map(\.example)), log: log, className: className
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

  private func glance(_ counts: [Outcome: Int]) -> String {
    guard summary.count > 0 else { return "" }
    var point = AccuracyPoint(summary)
    if isAttack { point.certified = nil }
    return GlanceSection(
      point: point, counts: counts, words: words,
      errors: summary.errors, attackedCount: summary.attacked, isOneOfSeveral: isOneOfSeveral
    ).html
  }

  // MARK: Words

  /// Whether nothing but an attack was asked for.
  var isAttack: Bool { lines.first?.run.methods.isEmpty ?? false }

  private var log: String { isAttack ? "attack.jsonl" : "certificates.jsonl" }

  var isOneOfSeveral: Bool { summaries.count > 1 }

  /// What is added to the headings of parts that are about one radius of several.
  private var place: String { isOneOfSeveral ? " at \(radiusText(summary.epsilon))" : "" }

  private var modelName: String { fileName(summary.model) }

  var words: RegionWords { RegionWords(norm: summary.norm, records) }

  private var cascade: [String] { summary.cascade ?? lines.first?.run.cascade ?? [] }

  private func className(_ label: Int) -> String {
    guard let classes = summary.classes, classes.indices.contains(label) else { return "\(label)" }
    return classes[label]
  }
}

extension AccuracyPoint {
  /// The point of a run.
  init(_ summary: Summary) {
    self.init(
      epsilon: summary.epsilon, count: summary.count - summary.errors,
      clean: summary.cleanAccuracy ?? 0, attacked: summary.attackAccuracy,
      certified: summary.certifiedAccuracy)
  }
}

extension Summary {
  /// The examples that cannot be used, which count in no accuracy.
  var errors: Int { verdicts[ExampleVerdict.error.rawValue] ?? 0 }
}
