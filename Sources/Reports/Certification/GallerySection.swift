import Certificates

/// The violated and the hardest examples, one by one.
struct GallerySection {
  var shown: ShownExamples
  /// All results, for how many there are of each kind.
  var counts: [Outcome: Int]
  var records: [Int: ExampleRecord]
  var className: (Int) -> String
  var words: RegionWords

  /// The section as HTML; empty when no example is to be shown.
  var html: String {
    [
      group(
        "Violated", .violated, shown.violated,
        "a change within the region alters the answer; first those whose answer seemed surest"),
      group(
        "Undecided", .undecided, shown.undecided,
        "neither a proof nor a counterexample was found; the farthest from a proof first"),
      group(
        "Certified with the least to spare", .certified, shown.certified,
        "no change within the region alters the answer; the smallest margins first"),
      group(
        "Misclassified", .misclassified, shown.misclassified,
        "wrong without any change; the surest mistakes first"),
    ].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func group(
    _ name: String, _ outcome: Outcome, _ lines: [ResultLine], _ meaning: String
  ) -> String {
    guard !lines.isEmpty else { return "" }
    let all = counts[outcome] ?? lines.count
    let part = all > lines.count ? "\(lines.count) of \(all)" : "\(all)"
    let cards = lines.map {
      ExampleCard(
        line: $0, record: records[$0.example], className: className, words: words
      ).html
    }
    return """
      <div class="group">
      <h3><i class="swatch \(outcome.rawValue)"></i>\(escaped(name)) <span class="soft">\(part)</span></h3>
      <p class="soft">\(escaped(meaning)).</p>
      <div class="cards \(outcome.rawValue)">
      \(cards.joined(separator: "\n"))
      </div>
      </div>
      """
  }
}
