/// The page about the radii of examples: how far answers hold, as a curve and example by example.
///
/// It takes plain values, so that whatever kept them can have a page.
public struct RadiusReport: Sendable {
  /// What the page is about.
  public struct Question: Sendable {
    /// The model file as it was named.
    public var model: String
    /// The name of the data set and its part.
    public var data: String
    /// `inf`, `2` or `1`.
    public var norm: String
    /// The largest radius that was asked about.
    public var largest: Double
    /// What else a reader must know, as names and values in the order of the page.
    public var facts: [Fact] = []

    /// Creates a question.
    public init(model: String, data: String, norm: String, largest: Double) {
      (self.model, self.data, self.norm, self.largest) = (model, data, norm, largest)
    }
  }

  /// A fact about a run, as plain text.
  public struct Fact: Sendable {
    /// What it is.
    public var name: String
    /// What it was.
    public var value: String

    /// Creates a fact.
    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  /// What was shown at one radius.
  public struct Point: Sendable {
    /// The radius.
    public var epsilon: Double
    /// The part of the examples that the network is right about.
    public var clean: Double
    /// The part that it is right about and no violation was found of; nil where none was looked for.
    public var attacked: Double?
    /// The part that is certified; nil where that was not asked.
    public var certified: Double?

    /// Creates a point.
    public init(epsilon: Double, clean: Double, attacked: Double?, certified: Double?) {
      (self.epsilon, self.clean) = (epsilon, clean)
      (self.attacked, self.certified) = (attacked, certified)
    }
  }

  /// What was found of one example.
  public struct Example: Sendable {
    /// The place of the example in the data.
    public var example: Int
    /// The right class.
    public var label: String
    /// The network's answer; nil where it has none.
    public var answer: String?
    /// The largest radius that was certified; nil where the network is wrong about the example.
    public var certified: Double?
    /// The method that certified it.
    public var method: String?
    /// The smallest radius of a counterexample.
    public var violated: Double?
    /// The seconds in all.
    public var seconds = 0.0

    /// Creates the record of an example about which nothing is known yet.
    public init(example: Int, label: String) { (self.example, self.label) = (example, label) }
  }

  private let question: Question
  private let points: [Point]
  private let examples: [Example]

  /// Creates a report.
  ///
  /// - Parameters:
  ///   - points: The curve, smallest radius first.
  ///   - examples: The results, ordered by example.
  public init(_ question: Question, curve points: [Point], _ examples: [Example]) {
    self.question = question
    self.points = points
    self.examples = examples
  }

  /// The whole page.
  public var page: String {
    let name = String(question.model.split(separator: "/").last ?? "a network")
    return HTMLPage(
      title: "Radii of \(name)", kicker: "Radii of \(name)", headline: claim,
      lead: "<p class=\"lead\">\(escaped(question.data))</p>",
      sections: [
        HTMLPage.Section(id: "curve", heading: "Accuracy against the radius", content: curve),
        HTMLPage.Section(id: "assumed", heading: "What was assumed", content: assumptions),
        HTMLPage.Section(
          id: "all", heading: "All results", content: "<div class=\"all\">\(table.html)</div>"),
      ], script: tableScript
    ).text
  }

  private var claim: String {
    let right = examples.compactMap(\.certified).sorted()
    guard !right.isEmpty else {
      return "The network is right about none of \(examples.count) examples."
    }
    let middle = right[(right.count - 1) / 2]
    let words = RegionWords(norm: question.norm, arePictures: false)
    return "Half of the \(right.count) right answers hold under \(words.changes(middle)) or more."
  }

  private var curve: String {
    CurveSection(
      points: points.map { point in
        AccuracyPoint(
          epsilon: point.epsilon, count: examples.count, clean: point.clean,
          attacked: point.attacked, certified: point.certified)
      }
    ).html
  }

  private var assumptions: String {
    let facts = [
      FactList.Fact("model", question.model), FactList.Fact("data", question.data),
      FactList.Fact("norm", "l\(question.norm)"),
      FactList.Fact("largest radius asked about", radiusText(question.largest)),
    ]
    return FactList(facts: facts + question.facts.map { FactList.Fact($0.name, $0.value) }).html
      + """
      <dl class="meanings">
      <dt>certified</dt><dd>The largest radius that was certified: no smaller change alters the right answer.</dd>
      <dt>violated</dt><dd>The distance of the nearest counterexample that was found. The answer breaks somewhere \
      between the two.</dd>
      </dl>
      """
  }

  private var table: HTMLTable {
    HTMLTable(
      caption: "Radii of all examples",
      columns: [
        .number("example"), .text("label"), .text("answer"), .text("outcome"),
        .number("certified"), .number("violated"), .text("by"), .number("seconds"),
      ],
      rows: examples.map { example in
        let outcome: Outcome =
          example.answer == nil
          ? .failed
          : example.certified == nil
            ? .misclassified
            : example.certified == 0 && example.violated == nil
              ? .undecided
              : example.violated == nil ? .certified : .violated
        return [
          "\(example.example)", escaped(example.label), escaped(example.answer ?? ""),
          "<i class=\"swatch \(outcome.rawValue)\"></i>\(outcome.word)",
          example.certified.map(shortNumber) ?? "", example.violated.map(shortNumber) ?? "",
          escaped(example.method ?? ""), shortNumber(example.seconds),
        ]
      })
  }
}
