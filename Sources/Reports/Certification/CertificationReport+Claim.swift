import Records

extension CertificationReport {
  /// What the page has to say, in a sentence.
  var claim: String {
    let count = summary.count - summary.errors
    guard count > 0 else {
      return summary.count > 0
        ? "None of \(words.examples(summary.count)) can be used."
        : (summary.partial?.decided ?? 0) > 0
          ? "No batch of \(words.example)s is done yet." : "No \(words.example) has a result yet."
    }
    if isAttack {
      let violated = summary.verdicts["violated"] ?? 0
      return "\(violated) of \(words.examples(count)) \(violated == 1 ? "has" : "have") a "
        + "counterexample among changes of \(words.size(summary.epsilon)); an attack proves nothing of the others."
    }
    let inOrder = summaries.sorted { $0.epsilon < $1.epsilon }
    let others = inOrder.dropFirst().map {
      "\(certified($0)) under every change of up to \(radiusText($0.epsilon))"
    }
    return ([sentence(inOrder[0], count)] + others).joined(separator: ", ") + "."
  }

  private func sentence(_ summary: Summary, _ count: Int) -> String {
    let certified = certified(summary)
    let changes = words.changes(summary.epsilon)
    return certified == 0
      ? "None of \(words.examples(count)) is shown to keep its right answer under \(changes)"
      : "\(certified) of \(words.examples(count)) \(certified == 1 ? "keeps its" : "keep their") right answer "
        + "under \(changes)"
  }

  private func certified(_ summary: Summary) -> Int { summary.verdicts["certified"] ?? 0 }

  /// What follows the claim, as HTML.
  var lead: String {
    let arithmetic = unique(summaries.map(\.arithmetic)).joined(separator: " and ")
    let bounds = isAttack ? "" : "; bounds computed in \(arithmetic)"
    let several =
      isOneOfSeveral
      ? " The curve and what was assumed are about all \(summaries.count) radii; \(words.example)s, classes, margins, "
        + "methods and the table are those at \(radiusText(summary.epsilon))." : ""
    return "<p class=\"lead\">\(escaped("\(summary.data)\(bounds).\(missing)\(several)"))</p>"
  }

  /// What is not done yet, at each radius where something is missing.
  private var missing: String {
    summaries.filter { $0.partial != nil || $0.count < $0.requested }.map(remark).joined()
  }

  private func remark(on summary: Summary) -> String {
    let place = isOneOfSeveral ? " at \(radiusText(summary.epsilon))" : ""
    let decided = summary.partial?.decided ?? summary.count
    let done =
      " Only \(decided) of \(summary.requested) \(words.example)s that were asked for are done so far\(place)."
    guard let partial = summary.partial, partial.open > 0 else { return done }
    return done
      + " The totals are over the \(summary.count) of batches that are done whole, since the easy ones are decided "
      + "first; of all that were begun, between \(percent(partial.leastCertifiedAccuracy)) and "
      + "\(percent(partial.mostCertifiedAccuracy)) are certified."
  }
}

/// The texts of a list without repetitions, in the order of their first.
func unique(_ texts: [String]) -> [String] {
  var seen = Set<String>()
  return texts.filter { seen.insert($0).inserted }
}

/// The last part of a path.
func fileName(_ path: String) -> String {
  String(path.split(separator: "/").last ?? "a network")
}
