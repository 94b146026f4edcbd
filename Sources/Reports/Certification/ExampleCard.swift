import Certificates

/// One example: as it is, its counterexample and the difference where there is one, and the answers to both.
struct ExampleCard {
  /// The result.
  var line: ResultLine
  /// The example as it was read; nil where it was not kept.
  var record: ExampleRecord?
  /// What stands on every page about a class.
  var className: (Int) -> String
  var words: RegionWords

  /// The card as HTML.
  var html: String {
    """
    <article class="card" id="example-\(line.example)">
    <h4>\(escaped(words.example)) \(line.example) \
    <span class="soft">labelled \(escaped(className(line.label)))</span></h4>
    \(content)
    \(remark)
    </article>
    """
  }

  /// Whether the example is a picture with as many values as its counterexample.
  private var content: String {
    let changed = line.counterexample?.input
    guard let record else {
      return "<p class=\"soft\">The original was not kept.</p>\(answers(original: false))"
    }
    let original = record.values.map(Double.init)
    let fitting = changed.flatMap { $0.count == original.count ? $0 : nil }
    guard Picture.isPicture(record.shape) else {
      return FeatureView(original: original, changed: fitting, names: record.names).html
        + answers(original: true)
    }
    return pictures(record, original, fitting)
  }

  // MARK: Pictures

  private func pictures(
    _ record: ExampleRecord, _ original: [Double], _ changed: [Double]?
  ) -> String {
    let all = original + (changed ?? [])
    let range = min(0, all.min() ?? 0)...max(1, all.max() ?? 1)
    let first = Picture(original, shape: record.shape, range: range)
    var parts = [
      figure(first.drawn, "original", "\(words.example) \(line.example) as it is", originalAnswer)
    ]
    if let changed {
      let second = Picture(changed, shape: record.shape, range: range)
      let factor = second.amplification(from: first)
      parts.append(
        figure(
          second.drawn, "counter&shy;example",
          "the counterexample of \(words.example) \(line.example)",
          changedAnswer))
      parts.append(
        figure(
          second.difference(from: first, times: factor), "difference × \(shortNumber(factor))",
          "their difference, \(shortNumber(factor)) times as large, grey where there is none",
          "\(words.norm == "inf" ? "at most" : "l\(words.norm)") "
            + escaped(radiusText(words.distance(original, changed)))))
    }
    return "<div class=\"pictures\">\(parts.joined(separator: "\n"))</div>"
  }

  private func figure(
    _ picture: PNGPicture, _ name: String, _ text: String, _ caption: String
  ) -> String {
    guard let address = picture.address else { return "" }
    return """
      <figure><img src="\(address)" alt="\(escaped(text))" width="\(picture.width)" \
      height="\(picture.height)"><figcaption><b>\(name)</b>\(caption)</figcaption></figure>
      """
  }

  // MARK: Answers

  private func answers(original: Bool) -> String {
    var facts = [FactList.Fact("original", html: originalAnswer)]
    if line.counterexample != nil {
      facts.append(FactList.Fact("counterexample", html: changedAnswer))
    }
    return FactList(facts: facts).html
  }

  private var originalAnswer: String { answer(line.prediction, line.cleanMargin) }

  private var changedAnswer: String {
    guard let output = line.counterexample?.output else { return "" }
    let others = output.indices.filter { $0 != line.label }
    // Where another output equals the right one, that is the answer that counts.
    return answer(
      others.max { output[$0] < output[$1] }, ResultLine.margin(of: line.label, in: output))
  }

  private func answer(_ answer: Int?, _ margin: Double?) -> String {
    let word = answer.map { escaped(className($0)) } ?? "no answer"
    let by = margin.map { "<span class=\"soft\">margin \(signedNumber($0))</span>" } ?? ""
    return "<span class=\"answer\">\(word)</span>\(by)"
  }

  private var remark: String {
    var parts: [String] = []
    switch Outcome(line) {
    case .violated: parts.append("found by \(line.method ?? "attack")")
    case .certified:
      parts.append(
        (line.decidingMargin.map { "after every change a margin of at least \(signedNumber($0))" }
          ?? "right after every change") + " (\(line.method ?? ""))")
    case .misclassified: parts.append("the right answer is \(className(line.label))")
    case .undecided:
      parts.append(
        line.smallestMargin.map { "shown so far: a margin of at least \(signedNumber($0))" }
          ?? line.reason ?? "open")
    case .failed: parts.append(line.reason ?? "an error")
    }
    return "<p class=\"remark\">\(escaped(parts.joined(separator: "; ")))</p>"
  }
}
