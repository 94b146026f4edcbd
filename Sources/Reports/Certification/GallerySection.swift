import Records

/// The violated and the hardest examples, one by one.
struct GallerySection {
  /// A few examples of one kind.
  struct Group {
    /// What they have in common.
    var name: String
    /// The name of their class in the style sheet.
    var style: String
    /// Why they are shown, and in which order; a sentence without its end.
    var meaning: String
    /// How many there are of the kind.
    var all: Int
    /// Those that are shown.
    var cards: [ExampleCard]
  }

  var groups: [Group]

  /// The section as HTML; empty when no example is to be shown.
  var html: String {
    groups.filter { !$0.cards.isEmpty }.map(text).joined(separator: "\n")
  }

  private func text(_ group: Group) -> String {
    let part =
      group.all > group.cards.count ? "\(group.cards.count) of \(group.all)" : "\(group.all)"
    // One picture stands beside its words, three beside each other.
    let isSingle = group.cards.allSatisfy { $0.subject.counterexample == nil }
    return """
      <div class="group">
      <h3><i class="swatch \(group.style)"></i>\(escaped(group.name)) <span class="soft">\(part)</span></h3>
      <p class="soft">\(escaped(group.meaning)).</p>
      <div class="cards\(isSingle ? " single" : "")">
      \(group.cards.map(\.html).joined(separator: "\n"))
      </div>
      </div>
      """
  }
}

extension GallerySection {
  /// The examples of a run that a page shows.
  ///
  /// - Parameter counts: All results, for how many there are of each kind.
  init(
    _ shown: ShownExamples, _ counts: [Outcome: Int], _ records: [Int: ExampleRecord],
    _ className: @escaping (Int) -> String, _ words: RegionWords
  ) {
    func group(
      _ name: String, _ outcome: Outcome, _ lines: [ResultLine], _ meaning: String
    ) -> Group {
      let own = lines.filter { Outcome($0) == outcome }
      return Group(
        name: name, style: outcome.style, meaning: meaning, all: counts[outcome] ?? own.count,
        cards: own.map {
          ExampleCard(
            subject: ExampleCard.Subject($0, className), record: records[$0.example],
            className: className, words: words)
        })
    }
    groups = [
      group(
        "Violated", .violated, shown.violated,
        "a change within the region alters the answer; first those whose answer seemed surest"),
      group(
        "Undecided", .undecided, shown.undecided,
        "neither a proof nor a counterexample was found; the lowest proved margins first"),
      group(
        "Withstood the attack", .withstood, shown.undecided,
        "no counterexample was found, which proves nothing; the least sure answers first"),
      group("Not attacked", .untried, shown.undecided, "there was no time for an attack"),
      group(
        "Certified with the most effort", .certified, shown.certified,
        "no change within the region alters the answer; first what only the last methods certified, and of one "
          + "method the smallest margins that it proved"),
      group(
        "Misclassified", .misclassified, shown.misclassified,
        "wrong without any change; the surest mistakes first"),
    ]
  }
}
