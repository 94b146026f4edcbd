import Records

/// The examples that a page about radii shows one by one, each in one group only.
public struct ShownRadii: Sendable {
  /// Those with the nearest counterexamples.
  public let nearest: [ExampleRadius]
  /// Those with the smallest certified radii.
  public let least: [ExampleRadius]
  /// Those where the most is open between the two.
  public let widest: [ExampleRadius]
  /// Those that the network is wrong about.
  public let misclassified: [ExampleRadius]

  /// Chooses from the results of a run.
  public init(_ radii: [ExampleRadius]) {
    var taken = Set<Int>()
    func first(_ count: Int, _ key: (ExampleRadius) -> Double?) -> [ExampleRadius] {
      let some = radii.compactMap { radius in key(radius).map { (key: $0, radius: radius) } }
        .filter { !taken.contains($0.radius.example) }
        .sorted { ($0.key, $0.radius.example) < ($1.key, $1.radius.example) }
        .prefix(count).map(\.radius)
      taken.formUnion(some.map(\.example))
      return some
    }
    nearest = first(12) { $0.certified == nil ? nil : $0.violated }
    least = first(6, \.certified)
    widest = first(6) { $0.gap.map { -$0 } }
    misclassified = first(6) { radius in
      radius.certified == nil && radius.problem == nil && radius.prediction != nil
        ? Double(radius.example) : nil
    }
  }

  /// All of them, in the order of the page.
  public var all: [ExampleRadius] { nearest + least + widest + misclassified }
}

extension GallerySection {
  /// The examples of a search for radii that a page shows.
  init(
    _ shown: ShownRadii, _ radii: [ExampleRadius], _ records: [Int: ExampleRecord],
    _ className: @escaping (Int) -> String, _ words: RegionWords
  ) {
    func group(
      _ name: String, _ style: String, _ some: [ExampleRadius], of all: Int, _ meaning: String
    ) -> Group {
      Group(
        name: name, style: style, meaning: meaning, all: all,
        cards: some.map { radius in
          ExampleCard(
            subject: ExampleCard.Subject(radius, records[radius.example], className, words),
            record: records[radius.example], className: className, words: words)
        })
    }
    let right = radii.filter { $0.certified != nil }
    groups = [
      group(
        "Nearest counterexamples", "violated", shown.nearest,
        of: right.count { $0.violated != nil },
        "the smallest changes that were found to alter a right answer; smaller ones may do so too"),
      group(
        "Smallest certified radii", "certified", shown.least, of: right.count,
        "the right answers that are certified least far, among those not shown above"),
      group(
        "Widest gaps", "undecided", shown.widest, of: right.count { $0.gap != nil },
        "most is open between the certified radius and the counterexample; more effort may close it"
      ),
      group(
        "Misclassified", "misclassified", shown.misclassified,
        of: radii.count { $0.certified == nil && $0.problem == nil && $0.prediction != nil },
        "wrong without any change"),
    ]
  }
}

extension ExampleCard.Subject {
  /// What was found of an example.
  init(
    _ radius: ExampleRadius, _ record: ExampleRecord?, _ className: (Int) -> String,
    _ words: RegionWords
  ) {
    (example, name, label) = (radius.example, radius.name, radius.label)
    prediction = radius.prediction
    counterexample = radius.counterexample
    cleanMargin = record.flatMap {
      ResultLine.margin(of: radius.label, in: $0.output)
    }
    guard let certified = radius.certified else {
      remark = "the right answer is \(className(radius.label))"
      return
    }
    let lower =
      certified > 0
      ? "certified up to \(words.found(certified, .down))"
        + (radius.method.map { " (\($0))" } ?? "")
      : "certified at no radius"
    let upper =
      radius.violated.map { "counterexample at \(words.found($0, .up))" }
      ?? "no counterexample found"
    remark = "\(lower); \(upper)"
  }
}
