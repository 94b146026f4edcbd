import Certificates
import Foundation

/// What the results rest on.
struct AssumptionSection {
  var summary: Summary
  /// What the results state about the run.
  var run: RunRecord?
  var words: RegionWords

  /// The section as HTML.
  var html: String {
    FactList(facts: question + effort + place).html + trust
  }

  private var question: [FactList.Fact] {
    [
      FactList.Fact("model", html: file(summary.model, summary.modelDigest)),
      FactList.Fact("data", html: file(summary.data, summary.dataDigest)),
      FactList.Fact("region", region),
      FactList.Fact("normalisation", normalization),
      FactList.Fact("arithmetic", summary.arithmetic),
    ]
  }

  private func file(_ name: String, _ digest: String) -> String {
    "\(escaped(name))<br><code class=\"digest\">SHA-256 \(escaped(digest))</code>"
  }

  private var region: String {
    let (lowest, highest): (Double?, Double?) = (run?.region.lowest, run?.region.highest)
    var ends = ""
    if let lowest, let highest {
      ends = ", values from \(shortNumber(lowest)) to \(shortNumber(highest))"
    }
    return "\(words.changes(summary.epsilon))\(ends); l\(summary.norm) norm"
  }

  private var normalization: String {
    guard let run else { return "not recorded" }
    let (mean, std) = (run.region.mean, run.region.std)
    if mean.allSatisfy({ $0 == 0 }), std.allSatisfy({ $0 == 1 }) {
      return "none: the network reads the values as they are"
    }
    return "mean \(mean.map(shortNumber).joined(separator: ", ")); "
      + "std \(std.map(shortNumber).joined(separator: ", "))"
  }

  private var effort: [FactList.Fact] {
    let methods = (summary.cascade ?? run?.cascade ?? []).joined(separator: ", then ")
    var facts = [FactList.Fact("methods", methods)]
    guard let made = summary.circumstances else { return facts }
    facts.append(
      FactList.Fact(
        "attack",
        made.effort.hasAttack
          ? "\(made.effort.attackRestarts) descents for each other class, "
            + "\(made.effort.attackSteps) steps each, random numbers from \(made.effort.seed)"
          : "none"))
    facts.append(
      FactList.Fact(
        "time limit", made.effort.timeout.map { "\(duration($0)) an example" } ?? "none"))
    return facts
  }

  private var place: [FactList.Fact] {
    guard let made = summary.circumstances else {
      return [FactList.Fact("Surety", summary.version)]
    }
    return [
      FactList.Fact(
        "date", made.started == made.ended ? made.ended : "\(made.started) to \(made.ended)"),
      FactList.Fact("machine", MachineWords(made.machine).text),
      FactList.Fact(
        "versions",
        "Surety \(summary.version); \(made.software.compiler); \(made.software.openBLAS)"),
    ]
  }

  private var trust: String {
    """
    <dl class="meanings">
    <dt>certified</dt><dd>Bounds computed in \(escaped(summary.arithmetic)) show that no input of the region changes \
    the right answer. The computer's own rounding is left room for by measurement; it is not proved.</dd>
    <dt>violated</dt><dd>An input of the region gets another answer; running the network confirmed it. It is in \
    <code>certificates.jsonl</code>.</dd>
    <dt>undecided</dt><dd>Neither was shown with these methods in this time. More time or <code>bab</code> at the end \
    of <code>--methods</code> may decide.</dd>
    <dt>misclassified</dt><dd>The network is wrong about the example itself, so there is nothing to certify.</dd>
    </dl>
    """
  }
}

/// A machine in a line.
struct MachineWords {
  private let machine: MachineRecord

  init(_ machine: MachineRecord) { self.machine = machine }

  /// The line.
  var text: String {
    "\(machine.processor), \(machine.cores) cores, "
      + "\(shortNumber(Double(machine.memory) / Double(1 << 30))) GiB, \(machine.system)"
  }
}
