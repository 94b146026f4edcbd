import ArgumentParser
import Foundation
import Surety

/// `surety batch`: verifies every property of a table.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch", abstract: "Verify every property of a table of instances.",
    discussion: """
      The table has a model, a property and a time limit in seconds on each line, as in the verification \
      competition. Every instance gets a process of its own and a line in --out, whatever happens to it. If the run \
      is stopped, the same command continues where it stopped; what was answered about a model, a property or options \
      that have changed since is asked again. Files in --results are named by model and property. The exit code is 1 \
      when an instance ended in an error, and 0 otherwise.
      """)

  @Argument(help: "The table: comma-separated values.")
  var instances: String

  @Option(help: "The table of the answers.")
  var out: String

  @Option(help: "A folder for result files with counterexamples in the competition's format.")
  var results: String?

  @Option(help: "A limit on the time limits of the table, in seconds.")
  var timeoutCap: Double?

  @Option(help: "The search that decides what bounds leave open: bab, milp or none.")
  var complete = VerifyCommand.Complete.bab

  @OptionGroup var resources: ResourceOptions

  @Flag(help: "Answer questions anew that have an answer in --out.")
  var restart = false

  @Flag(help: "Show no progress on the terminal.")
  var quiet = false

  func run() throws {
    let list = try InstanceList(contentsOf: instances)
    let cap = try duration(timeoutCap, option: "--timeout-cap")?.seconds ?? .infinity
    _ = try resources.apply()
    if let results {
      do {
        try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
      } catch {
        throw InputError(results, "cannot be created: \(error.localizedDescription)")
      }
    }
    let table = try BatchResults(out)
    if restart { try table.clear() }
    let child = VerifyingChild()
    let line = ProgressLine("batch", "instances", of: list.instances.count, isQuiet: quiet)
    line.update(done: 0)
    let interruption = Interruption(
      patience: 0.9, request: child.end, leave: child.kill)
    var digests = InstanceDigests(list)
    let current = Set(list.instances.map { digests.question(capped($0, cap), options: options) })
    var counts: [String: Int] = [:]
    for (place, given) in list.instances.enumerated() where !interruption.wasRequested {
      let result = results.map { "\($0)/\(given.resultName)" }
      let known = digests.question(capped(given, cap), options: options)
      var note = ""
      let answer: BatchResults.Answer
      if let kept = table.answer(to: known), has(result, for: kept) {
        answer = kept
      } else {
        var now = InstanceDigests(list)
        let question = now.question(capped(given, cap), options: options)
        if let earlier = table.earlier(than: question), let why = question.change(from: earlier) {
          note = " (asked again, because \(why))"
        }
        line.stage("\(given.model) \(given.property)")
        answer = ask(question.instance, list, result, child)
        // What a signal ended early is asked again next time.
        if interruption.wasRequested, !["sat", "unsat"].contains(answer.verdict) {
          if let result { try? FileManager.default.removeItem(atPath: result) }
          break
        }
        var after = InstanceDigests(list)
        guard after.question(capped(given, cap), options: options) == question else {
          throw InputError(
            "\(given.model) \(given.property)",
            "changed while it was verified; run the command again when nothing changes it")
        }
        try table.add(answer, to: question, among: current.union([question]))
      }
      counts[answer.verdict, default: 0] += 1
      line.clear()
      try Console.line(
        "\(place + 1)/\(list.instances.count) \(given.model) \(given.property): \(answer.verdict) "
          + String(format: "%.2f s", answer.seconds) + note)
      line.update(done: place + 1, counts)
    }
    interruption.conclude()
    line.end()
    let totals = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    try Console.line(totals.joined(separator: ", "))
    if interruption.wasRequested { throw Exit.Code(exit: .interrupted) }
    if let errors = counts["error"] {
      Console.error(
        "surety: \(errors) of \(list.instances.count) instances ended in an error; \(out) says why")
      throw Exit.Code(exit: .unanswered)
    }
  }

  private func capped(_ instance: InstanceList.Instance, _ cap: Double) -> InstanceList.Instance {
    var instance = instance
    instance.timeout = min(cap, instance.timeout)
    return instance
  }

  /// Whether the result file of an answer is there, where one is wanted.
  private func has(_ result: String?, for answer: BatchResults.Answer) -> Bool {
    guard let result else { return true }
    let text = try? String(contentsOfFile: result, encoding: .utf8)
    return text?.split(whereSeparator: \.isNewline).first.map(String.init) == answer.verdict
  }

  /// What an answer depends on beside files and time.
  private var options: String {
    let threads = resources.threads.threads.map(String.init) ?? "all"
    return "version=\(Release.version) complete=\(complete.rawValue) memory=\(resources.memory) "
      + "threads=\(threads)"
  }

  /// The answer of a process of its own.
  private func ask(
    _ instance: InstanceList.Instance, _ list: InstanceList, _ result: String?,
    _ child: VerifyingChild
  ) -> BatchResults.Answer {
    let begin = Date()
    func answer(_ verdict: String, _ reason: String) -> BatchResults.Answer {
      BatchResults.Answer(
        verdict: verdict, seconds: Date().timeIntervalSince(begin), reason: reason)
    }
    let arguments =
      [
        list.path(of: instance.model), list.path(of: instance.property), "--timeout",
        "\(instance.timeout)", "--complete", complete.rawValue, "--memory", resources.memory,
      ] + (resources.threads.threads.map { ["--threads", "\($0)"] } ?? [])
      + (result.map { ["--result", $0] } ?? [])
    let outcome: VerifyingChild.Outcome
    do { outcome = try child.run(arguments, within: instance.timeout) } catch {
      return answer("error", error.localizedDescription)
    }
    if let report = try? JSONDecoder().decode(VerifyBrief.self, from: outcome.output) {
      let method = report.method.map { "by \($0)" }
      return answer(
        report.verdict, report.verdict == "error" ? report.reason : method ?? report.reason)
    }
    if outcome.wasOverdue {
      if let result { try? writeFile(Data("timeout\n".utf8), to: result) }
      return answer("timeout", "did not keep its time limit and was ended")
    }
    if let signal = outcome.signal { return answer("error", "ended by signal \(signal)") }
    let last = outcome.complaint.split(separator: "\n").last.map(String.init) ?? ""
    return answer("error", "exit code \(outcome.code): \(last)")
  }
}

/// What every answer of `surety verify --json` has.
private struct VerifyBrief: Decodable {
  var verdict: String
  var reason: String
  var method: String?
}
