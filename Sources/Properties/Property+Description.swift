extension Property {
  /// The property in plain words, short even for thousands of inputs.
  ///
  /// VNN-LIB states the violation; the words say what that means for the property:
  ///
  ///     784 inputs, 10 outputs; one box of inputs, width at most 0.06 (mean 0.052)
  ///     The property holds if no input in the box makes any of these 9 conditions true:
  ///       Y_0 >= Y_7 (line 2372)
  ///       ... and 8 more
  ///
  /// - Parameter limit: How many conditions, and how many inequalities of one, are written out.
  public func describe(limit: Int = 4) -> String {
    let counts = "\(plural(inputCount, "input")), \(plural(outputCount, "output"))"
    guard !isEmpty else {
      return "\(counts); no input satisfies the assertions, so the property holds trivially"
    }
    var lines = ["\(counts); \(regionSentence)"]
    let place = groups.count == 1 ? groups[0].region.isPoint ? "there" : "in the box" : "in its box"
    let disjuncts = disjuncts
    lines.append(
      disjuncts.count == 1
        ? "The property holds if no input \(place) makes this condition true:"
        : "The property holds if no input \(place) makes any of these "
          + "\(disjuncts.count) conditions true:")
    for disjunct in disjuncts.prefix(limit) {
      let line = disjunct.line > 0 ? " (line \(disjunct.line))" : ""
      lines.append("  \(words(for: disjunct, limit: limit))\(line)")
    }
    if disjuncts.count > limit { lines.append("  ... and \(disjuncts.count - limit) more") }
    return lines.joined(separator: "\n")
  }

  private var regionSentence: String {
    let widths = groups.reduce(into: Widths()) { $0.add($1.region) }
    let size = "width at most \(widths.largest.short) (mean \(widths.mean.short))"
    guard groups.count == 1 else { return "\(groups.count) boxes of inputs, \(size)" }
    let region = groups[0].region
    if region.isPoint { return "a single input" }
    guard let ball = region.ball else { return "one box of inputs, \(size)" }
    return "an \(ball.norm) ball of radius \(ball.radius.short) within a box, \(size)"
  }

  /// A conjunction, with the box where boxes differ and are small enough to read.
  private func words(for disjunct: Disjunct, limit: Int) -> String {
    var parts: [String] = []
    if groups.count > 1 && inputCount <= limit {
      for index in 0..<inputCount {
        parts.append(
          "X_\(index) in [\(disjunct.region.lower[index]), \(disjunct.region.upper[index])]")
      }
    }
    parts += disjunct.constraints.prefix(limit).map(\.description)
    let more = disjunct.constraints.count - limit
    if more > 0 { parts.append("\(more) more") }
    return parts.isEmpty ? "true for every input in the box" : parts.joined(separator: " and ")
  }

  private func plural(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

/// The widths of boxes, summed up.
private struct Widths {
  var largest = 0.0
  private var sum = 0.0
  private var count = 0.0

  var mean: Double { count > 0 ? sum / count : 0 }

  mutating func add(_ region: Region) {
    for (low, high) in zip(region.lower, region.upper) {
      largest = max(largest, high - low)
      sum += high - low
    }
    count += Double(region.count)
  }
}
