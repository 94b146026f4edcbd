import Records

/// One example: as it is, its counterexample and the difference where there is one, and the answers to both.
struct ExampleCard {
  /// What a card is about, whichever command found it.
  struct Subject {
    /// The place of the example in the data.
    var example: Int
    /// The name of the example, such as the file of a picture.
    var name: String?
    /// The right label.
    var label: Int
    /// The network's answer; nil where it has none.
    var prediction: Int?
    /// The margin of the example as it is.
    var cleanMargin: Double?
    /// A counterexample, where one was found.
    var counterexample: ResultLine.Counterexample?
    /// What is to be said of it, as plain text.
    var remark: String
  }

  var subject: Subject
  /// The example as it was read; nil where it was not kept.
  var record: ExampleRecord?
  /// What stands on every page about a class.
  var className: (Int) -> String
  var words: RegionWords

  /// The card as HTML.
  var html: String {
    """
    <article class="card" id="example-\(subject.example)">
    <h4>\(escaped(words.example)) \(subject.example) \
    <span class="soft">labelled \(escaped(className(subject.label)))</span></h4>
    \(subject.name.map { "<p class=\"file soft\">\(escaped($0))</p>" } ?? "")
    \(content)
    <p class="remark">\(escaped(subject.remark))</p>
    </article>
    """
  }

  /// Whether the example is a picture with as many values as its counterexample.
  private var content: String {
    let changed = subject.counterexample?.input
    guard let record else {
      return "<p class=\"soft\">The original was not kept.</p>\(answers)"
    }
    let original = record.values.map(Double.init)
    let fitting = changed.flatMap { $0.count == original.count ? $0 : nil }
    guard Picture.isPicture(record.shape) else {
      return FeatureView(original: original, changed: fitting, names: record.names).html + answers
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
    let name = "\(words.example) \(subject.example)"
    var parts = [figure(first.drawn, "original", "\(name) as it is", originalAnswer)]
    if let changed {
      let second = Picture(changed, shape: record.shape, range: range)
      let factor = second.amplification(from: first)
      parts.append(
        figure(
          second.drawn, "counter&shy;example", "the counterexample of \(name)", changedAnswer))
      parts.append(
        figure(
          second.difference(from: first, times: factor), "difference × \(shortNumber(factor))",
          "their difference, \(shortNumber(factor)) times as large, grey where there is none",
          "\(words.norm == "inf" ? "at most" : "l\(words.norm)") "
            + escaped(radiusText(words.distance(original, changed), .up))))
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

  private var answers: String {
    var facts = [FactList.Fact("original", html: originalAnswer)]
    if subject.counterexample != nil {
      facts.append(FactList.Fact("counterexample", html: changedAnswer))
    }
    return FactList(facts: facts).html
  }

  private var originalAnswer: String { answer(subject.prediction, subject.cleanMargin) }

  private var changedAnswer: String {
    guard let output = subject.counterexample?.output else { return "" }
    let others = output.indices.filter { $0 != subject.label }
    // Where another output equals the right one, that is the answer that counts.
    return answer(
      others.max { output[$0] < output[$1] }, ResultLine.margin(of: subject.label, in: output))
  }

  private func answer(_ answer: Int?, _ margin: Double?) -> String {
    let word = answer.map { escaped(className($0)) } ?? "no answer"
    let by = margin.map { "<span class=\"soft\">margin \(signedNumber($0))</span>" } ?? ""
    return "<span class=\"answer\">\(word)</span>\(by)"
  }
}

extension ExampleCard.Subject {
  /// What the result of a run says.
  init(_ line: ResultLine, _ className: (Int) -> String) {
    (example, name, label, prediction) = (line.example, line.name, line.label, line.prediction)
    (cleanMargin, counterexample) = (line.cleanMargin, line.counterexample)
    remark =
      switch Outcome(line) {
      case .violated: "found by \(line.method ?? "attack")"
      case .certified:
        (line.decidingMargin.map { "after every change a margin of at least \(signedNumber($0))" }
          ?? "right after every change") + " (\(line.method ?? ""))"
      case .misclassified: "the right answer is \(className(line.label))"
      case .withstood: "no counterexample found; nothing is proved"
      case .untried: "there was no time for an attack"
      case .undecided:
        line.smallestMargin.map { "shown so far: a margin of at least \(signedNumber($0))" }
          .map { text in line.boundedBy.map { "\(text) (\($0))" } ?? text } ?? line.reason ?? "open"
      case .failed: line.reason ?? "an error"
      }
  }
}

extension ResultLine {
  /// The methods that gave bounds for an example without deciding it, of which the best margins are kept: `the best of ibp
  /// and crown`; nil where there is none.
  var boundedBy: String? {
    let searches: Set = ["attack", "short-attack", "bab", "milp"]
    let names = run.cascade.filter { methodSeconds[$0] != nil && !searches.contains($0) }
    guard let last = names.last else { return nil }
    return names.count == 1
      ? last : "the best of \(names.dropLast().joined(separator: ", ")) and \(last)"
  }
}
