import Foundation
import Records

/// What the results rest on, at one radius or at several.
struct AssumptionSection {
  /// The totals at each radius, that of the page's examples first.
  var summaries: [Summary]
  /// What the results state about the run.
  var run: RunRecord?
  var words: RegionWords

  private var summary: Summary { summaries[0] }

  /// Whether nothing but an attack was asked for.
  private var isAttack: Bool { run?.methods.isEmpty ?? false }

  /// The section as HTML.
  var html: String {
    FactList(facts: question + effort + place + joined).html + trust
  }

  /// A fact of each radius: once where it is the same everywhere, else radius by radius.
  private func fact(_ name: String, _ value: (Summary) -> String) -> FactList.Fact {
    let values = summaries.map(value)
    guard unique(values).count > 1 else { return FactList.Fact(name, values[0]) }
    let parts = zip(summaries, values).sorted { $0.0.epsilon < $1.0.epsilon }.map {
      "at \(radiusText($0.0.epsilon)): \(escaped($0.1))"
    }
    return FactList.Fact(name, html: parts.joined(separator: "<br>"))
  }

  private var question: [FactList.Fact] {
    var facts = [
      FactList.Fact("model", html: file(summary.model, summary.modelDigest)),
      FactList.Fact("data", html: file(summary.data, summary.dataDigest)),
      FactList.Fact("region", region),
      FactList.Fact("normalisation", NormalizationWords(run).text),
    ]
    if let threshold = summary.threshold {
      facts.append(
        FactList.Fact(
          "classes", "1 where the one output is above \(shortNumber(threshold)), else 0"))
    }
    if let routing = summary.routing {
      let blocks = routing.map { "\($0.node) keeps \($0.kept) of \($0.tokens) tokens" }
      facts.append(FactList.Fact("routing", blocks.joined(separator: ", ")))
    }
    if !isAttack { facts.append(fact("arithmetic", \.arithmetic)) }
    return facts
  }

  private func file(_ name: String, _ digest: String) -> String {
    "\(escaped(name))<br><code class=\"digest\">SHA-256 \(escaped(digest))</code>"
  }

  private var region: String {
    let radii = summaries.map(\.epsilon).sorted()
    let changes = words.changes(radii[0])
    let others = radii.dropFirst().map { ", \(radiusText($0))" }.joined()
    return "\(changes)\(others)\(limits(run)); l\(summary.norm) norm"
  }

  private var effort: [FactList.Fact] {
    var facts: [FactList.Fact] = []
    if !isAttack {
      facts.append(
        fact("methods") { ($0.cascade ?? run?.cascade ?? []).joined(separator: ", then ") })
    }
    guard summaries.contains(where: { $0.circumstances != nil }) else { return facts }
    facts.append(fact("attack") { $0.circumstances.map(EffortWords.attack) ?? "not recorded" })
    facts.append(fact("time limit") { $0.circumstances.map(EffortWords.limit) ?? "not recorded" })
    return facts
  }

  private var place: [FactList.Fact] {
    guard summaries.contains(where: { $0.circumstances != nil }) else {
      return [fact("Surety", \.version)]
    }
    return [
      fact("date") { $0.circumstances.map(EffortWords.date) ?? "not recorded" },
      fact("machine") { $0.circumstances.map { MachineWords($0.machine).text } ?? "not recorded" },
      fact("versions") { EffortWords.versions($0.version, $0.circumstances) },
    ]
  }

  /// Where the results of a run come from that was joined from several.
  private var joined: [FactList.Fact] {
    summaries.compactMap(\.parts).map { parts in
      FactList.Fact(
        "joined from",
        html: parts.map { part in
          let shard = part.shard.map { ", shard \($0.name)" } ?? ""
          let made = part.circumstances.map {
            "; \(EffortWords.date($0)); time limit \(EffortWords.limit($0)); \(MachineWords($0.machine).text)"
          }
          return escaped("\(part.folder)\(shard): \(part.count) results\(made ?? "")")
        }.joined(separator: "<br>"))
    }
  }

  /// What stands behind the word "certified".
  private var proofs: String {
    let certified = summary.verdicts["certified"] ?? 0
    let proved = summary.certificates?["certified"] ?? 0
    let meaning =
      "a theorem about the numbers of the model file, every rounding accounted for, which an independent checker accepted when it was "
      + "written and proves again with <code>surety check certificates.jsonl --model MODEL</code>"
    switch (proved, certified) {
    case (0, _):
      return
        "No certificate was written: these are statements of bounds, without a proof that others can check.\(details)"
    case (certified, _):
      return
        "Each line of <code>certificates.jsonl</code> carries a certificate: \(meaning).\(details)"
    default:
      return
        "\(proved) of \(certified) lines of <code>certificates.jsonl</code> carry a certificate: \(meaning). The others say "
        + "what bounds said, without a proof that others can check.\(details)"
    }
  }

  /// What the certificates are about, violated examples' among them, what is missing, and what they cost.
  private var details: String {
    guard let totals = summary.proofs else { return "" }
    var text = ""
    if !totals.meaningWords.isEmpty {
      text += " Of all certificates, those of violated examples among them, \(totals.meaningWords)."
    }
    if !totals.missing.isEmpty { text += " Without certificate: \(totals.missingWords)." }
    if let median = totals.medianProofSeconds {
      text +=
        " It took \(duration(totals.medianSeconds)) (median) to find an answer and \(duration(median)) to find its proof."
    }
    return escaped(text)
  }

  private var trust: String {
    let violated =
      "<dt>violated</dt><dd>An input of the region gets another answer; running the network confirmed it. It is in "
      + "<code>\(isAttack ? "attack.jsonl" : "certificates.jsonl")</code>.</dd>"
    let misclassified =
      "<dt>misclassified</dt><dd>The network is wrong about the example itself, so there is nothing to "
      + "\(isAttack ? "attack" : "certify").</dd>"
    let errors =
      summary.errors > 0
      ? "<dt>error</dt><dd>The example cannot be used; the table says why. It counts in no accuracy.</dd>"
      : ""
    guard !isAttack else {
      return """
        <dl class="meanings">
        \(violated)
        <dt>withstood</dt><dd>The attack found no such input. There may be one all the same; <code>surety certify</code> \
        can show that there is none.</dd>
        \(misclassified)
        \(errors)
        </dl>
        """
    }
    return """
      <dl class="meanings">
      <dt>certified</dt><dd>Bounds computed in \(escaped(summary.arithmetic)) show that no input of the region changes \
      the right answer. \(proofs)</dd>
      \(violated)
      <dt>undecided</dt><dd>Neither was shown with these methods in this time. More time or <code>bab</code> at the end \
      of <code>--methods</code> may decide.</dd>
      \(misclassified)
      \(errors)
      </dl>
      """
  }
}

/// The values that inputs have at all, to be added to a region: `, values from 0 to 1`; nothing where there is no limit.
func limits(_ run: RunRecord?) -> String {
  guard let lowest = run?.region.lowest, let highest = run?.region.highest else { return "" }
  return ", values from \(shortNumber(lowest)) to \(shortNumber(highest))"
}

/// A normalisation in a line.
struct NormalizationWords {
  /// The line.
  let text: String

  init(_ run: RunRecord?) {
    guard let run else { text = "not recorded"; return }
    let (mean, std) = (run.region.mean, run.region.std)
    text =
      mean.allSatisfy { $0 == 0 } && std.allSatisfy { $0 == 1 }
      ? "none: the network reads the values as they are"
      : "mean \(mean.map(shortNumber).joined(separator: ", ")); "
        + "std \(std.map(shortNumber).joined(separator: ", "))"
  }
}

/// Where, when and with how much effort a run was made, in lines.
enum EffortWords {
  static func attack(_ made: RunCircumstances) -> String {
    guard made.effort.hasAttack else { return "none" }
    let (restarts, steps) = (made.effort.attackRestarts, made.effort.attackSteps)
    return "\(restarts) descent\(restarts == 1 ? "" : "s") for each other class, "
      + "\(steps) step\(steps == 1 ? "" : "s") each, random numbers from \(made.effort.seed)"
  }

  static func limit(_ made: RunCircumstances) -> String {
    made.effort.timeout.map { "\(duration($0)) an example" } ?? "none"
  }

  static func date(_ made: RunCircumstances) -> String {
    made.started == made.ended ? made.ended : "\(made.started) to \(made.ended)"
  }

  static func versions(_ version: String, _ made: RunCircumstances?) -> String {
    let software = made.map { "; \($0.software.compiler); \($0.software.openBLAS)" } ?? ""
    return "Surety \(version)\(software)"
  }
}

/// A machine in a line.
struct MachineWords {
  private let machine: MachineRecord

  init(_ machine: MachineRecord) { self.machine = machine }

  /// The line.
  var text: String {
    "\(machine.processor), \(machine.cores) core\(machine.cores == 1 ? "" : "s"), "
      + "\(shortNumber(Double(machine.memory) / Double(1 << 30))) GiB, \(machine.system)"
  }
}
