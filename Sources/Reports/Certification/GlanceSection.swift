/// A number that a reader wants first, as a tile.
struct Tile {
  /// The name of its class in the style sheet.
  var tone: String
  var name: String
  /// The number, as plain text.
  var value: String
  /// What it means, as plain text.
  var meaning: String

  /// The tile as HTML.
  var html: String {
    """
    <div class="tile \(tone)"><p class="name">\(escaped(name))</p><p class="value">\(escaped(value))</p>\
    <p class="soft">\(escaped(meaning))</p></div>
    """
  }
}

/// The three numbers that a reader wants first, and what became of all examples.
struct GlanceSection {
  var point: AccuracyPoint
  var counts: [Outcome: Int]
  var words: RegionWords
  /// The examples that cannot be used, which count in no accuracy.
  var errors = 0
  /// The examples that an attack says something about; nil for all.
  var attackedCount: Int?
  /// Whether the page has other radii too, so that this one is named.
  var isOneOfSeveral = false

  /// The section as HTML.
  var html: String {
    var tiles: [Tile] = []
    let place = isOneOfSeveral ? " at \(radiusText(point.epsilon))" : ""
    if let certified = point.certified {
      tiles.append(
        Tile(
          tone: "certified", name: "certified accuracy\(place)", value: percent(certified),
          meaning: "right, and shown to stay right"))
    }
    if let attacked = point.attacked {
      let left = untried
      let rest = left > 0 ? "; \(left) \(left == 1 ? "was" : "were") not attacked" : ""
      tiles.append(
        Tile(
          tone: "attacked", name: "attack accuracy\(place)", value: percent(attacked),
          meaning: "right, and no violation was found\(rest)"))
    }
    tiles.append(
      Tile(
        tone: "clean", name: "clean accuracy", value: percent(point.clean),
        meaning: "right without any change"))
    let bar = OutcomeBar(counts: counts)
    let outcomes = bar.total > 0 ? "\(bar.html)\n\(bar.key)" : ""
    // Numbers about no example would be zeros without a meaning.
    guard point.count > 0 else { return outcomes }
    return """
      <div class="tiles">\(tiles.map(\.html).joined(separator: "\n"))</div>
      \(outcomes)
      \(between)
      <p class="soft rule">\(escaped(rule))</p>
      """
  }

  /// The examples that were neither decided nor attacked.
  private var untried: Int { max(0, point.count - (attackedCount ?? point.count)) }

  /// What accuracies are parts of.
  private var rule: String {
    let all =
      "Accuracies are parts of \(errors > 0 ? "" : "all ")\(words.examples(point.count))"
      + (errors > 0
        ? " that can be used; \(errors) cannot and \(errors == 1 ? "counts" : "count") in none"
        : "")
    guard point.attacked != nil, untried > 0 else { return "\(all)." }
    return
      "\(all). The attack accuracy leaves out the \(untried) that \(untried == 1 ? "was" : "were") "
      + "neither decided nor attacked."
  }

  /// What is known of the part that no change alters; nothing where some examples were neither decided nor attacked.
  private var between: String {
    guard let certified = point.certified, let attacked = point.attacked, untried == 0
    else { return "" }
    let parts =
      certified == attacked
      ? "is \(percent(certified))"
      : "lies between \(percent(certified)) and \(percent(attacked))"
    return """
      <p class="between">On these \(words.example)s the part of right answers that no such change alters \(parts).</p>
      """
  }
}
