/// The three numbers that a reader wants first, and what became of all examples.
struct GlanceSection {
  var point: AccuracyPoint
  var counts: [Outcome: Int]
  var words: RegionWords
  /// The examples that an attack says something about; nil for all.
  var attackedCount: Int?

  /// The section as HTML.
  var html: String {
    var tiles: [String] = []
    if let certified = point.certified {
      tiles.append(
        tile("certified", "certified accuracy", certified, "right, and shown to stay right"))
    }
    if let attacked = point.attacked {
      let left = attackedCount.map { point.count - $0 } ?? 0
      let rest = left > 0 ? "; \(left) \(left == 1 ? "was" : "were") not attacked" : ""
      tiles.append(
        tile("attacked", "attack accuracy", attacked, "no violation was found\(rest)"))
    }
    tiles.append(tile("clean", "clean accuracy", point.clean, "right without any change"))
    let bar = OutcomeBar(counts: counts)
    return """
      <div class="tiles">\(tiles.joined(separator: "\n"))</div>
      \(bar.html)
      \(bar.key)
      \(between)
      """
  }

  /// What is known of the part that no change alters; nothing where some examples were neither decided nor attacked.
  private var between: String {
    guard let certified = point.certified, let attacked = point.attacked,
      (attackedCount ?? point.count) == point.count
    else { return "" }
    let parts =
      certified == attacked
      ? "is \(percent(certified))"
      : "lies between \(percent(certified)) and \(percent(attacked))"
    return """
      <p class="between">On these \(words.example)s the part of right answers that no such change alters \(parts).</p>
      """
  }

  private func tile(_ tone: String, _ name: String, _ value: Double, _ meaning: String) -> String {
    """
    <div class="tile \(tone)"><p class="name">\(name)</p><p class="value">\(percent(value))</p>\
    <p class="soft">\(escaped(meaning))</p></div>
    """
  }
}
