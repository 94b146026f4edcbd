import Records

/// What radii rest on.
struct RadiusAssumptions {
  var summary: RadiusSummary
  /// The room that was left between the radii of an example, as a part of the radius.
  var tolerance: Double
  var words: RegionWords

  /// The section as HTML.
  var html: String {
    let run = summary.run
    func file(_ name: String, _ digest: String) -> String {
      "\(escaped(name))<br><code class=\"digest\">SHA-256 \(escaped(digest))</code>"
    }
    var facts = [
      FactList.Fact("model", html: file(summary.model, run.modelDigest)),
      FactList.Fact("data", html: file(run.data, run.dataDigest)),
      FactList.Fact(
        "regions",
        "all changes of \(words.size(run.region.epsilon))\(limits(run)); l\(run.region.norm) norm"),
      FactList.Fact(
        "closeness",
        "certification failed, or a counterexample was found, at a radius at most \(percentTick(tolerance)) larger than the "
          + "certified one, unless the time was up"),
      FactList.Fact("normalisation", NormalizationWords(run).text),
      FactList.Fact("arithmetic", run.arithmetic),
      FactList.Fact("methods", run.cascade.joined(separator: ", then ")),
    ]
    if let made = summary.circumstances {
      facts += [
        FactList.Fact("attack", EffortWords.attack(made)),
        FactList.Fact("time limit", EffortWords.limit(made)),
        FactList.Fact("date", EffortWords.date(made)),
        FactList.Fact("machine", MachineWords(made.machine).text),
      ]
    }
    facts.append(
      FactList.Fact("versions", EffortWords.versions(summary.version, summary.circumstances)))
    return FactList(facts: facts).html + meanings
  }

  private var meanings: String {
    """
    <dl class="meanings">
    <dt>lower bound</dt><dd>The certified radius: the largest radius at which bounds computed in \(escaped(summary.run.arithmetic)) show that no \
    change alters the right answer; smaller changes are among those. The computer's own rounding is left room for by \
    measurement; it is not proved. 0 where no radius was certified.</dd>
    <dt>upper bound</dt><dd>The distance of the nearest changed input with another answer that was found; running the \
    network confirmed it. It is in <code>radius.jsonl</code>.</dd>
    <dt>gap</dt><dd>What lies between the two: the answer breaks somewhere in it. More time, more methods or more descents \
    of the attack may narrow it.</dd>
    <dt>misclassified</dt><dd>The network is wrong about the example itself, which has no radius and counts in no mean.</dd>
    </dl>
    """
  }
}
