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
      let part =
        attackedCount.flatMap { $0 < point.count ? " of the \($0) that were attacked" : nil } ?? ""
      tiles.append(tile("attacked", "attack accuracy", attacked, "no violation was found\(part)"))
    }
    tiles.append(tile("clean", "clean accuracy", point.clean, "right without any change"))
    let bar = OutcomeBar(counts: counts)
    return """
      <div class="tiles">\(tiles.joined(separator: "\n"))</div>
      \(bar.html)
      \(bar.key)
      """
  }

  private func tile(_ tone: String, _ name: String, _ value: Double, _ meaning: String) -> String {
    """
    <div class="tile \(tone)"><p class="name">\(name)</p><p class="value">\(percent(value))</p>\
    <p class="soft">\(escaped(meaning))</p></div>
    """
  }
}
