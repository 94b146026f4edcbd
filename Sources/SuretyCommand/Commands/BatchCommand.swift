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
      that have changed since is asked again. Files in --results and --certificates are named by model and property. The exit code is 1 \
      when an instance ended in an error, and 0 otherwise.
      """)

  @Argument(help: "The table: comma-separated values.")
  var instances: String

  @Option(help: "The table of the answers.")
  var out: String

  @Option(help: "A folder for result files with counterexamples in the competition's format.")
  var results: String?

  @Option(
    help: """
      A folder for certificates of the answers, which surety-check can prove again. The search for a proof has what finding the \
      answer left of the time limit, at least 5 seconds or the limit itself; a file is empty where none was found.
      """)
  var certificates: String?

  @OptionGroup var meaning: MeaningOption

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
    try meaning.require(
      certificates != nil, "is about certificates, expected --certificates as well")
    _ = try resources.apply()
    for folder in [results, certificates].compactMap(\.self) {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw InputError(folder, "cannot be created: \(error.localizedDescription)")
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
      let files = Files(
        result: results.map { "\($0)/\(given.name).txt" },
        certificate: certificates.map { "\($0)/\(given.name).jsonl" })
      let known = digests.question(capped(given, cap), options: options)
      var note = ""
      let answer: BatchResults.Answer
      if let kept = table.answer(to: known), files.have(kept) {
        answer = kept
      } else {
        var now = InstanceDigests(list)
        let question = now.question(capped(given, cap), options: options)
        if let earlier = table.earlier(than: question), let why = question.change(from: earlier) {
          note = " (asked again, because \(why))"
        }
        line.stage("\(given.model) \(given.property)")
        answer = ask(question.instance, list, files, child)
        // What a signal ended early is asked again next time.
        if interruption.wasRequested, !["sat", "unsat"].contains(answer.verdict) {
          files.remove()
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
          + String(format: "%.2f s", answer.seconds) + files.note(of: answer) + note)
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

  /// The files of an answer, those that are wanted.
  private struct Files {
    var result: String?
    var certificate: String?

    /// Whether they are there.
    func have(_ answer: BatchResults.Answer) -> Bool {
      if let certificate, !FileManager.default.fileExists(atPath: certificate) { return false }
      guard let result else { return true }
      let text = try? String(contentsOfFile: result, encoding: .utf8)
      return text?.split(whereSeparator: \.isNewline).first.map(String.init) == answer.verdict
    }

    func remove() {
      for file in [result, certificate].compactMap(\.self) {
        try? FileManager.default.removeItem(atPath: file)
      }
    }

    /// Says whether a decided answer has a certificate, where one is wanted.
    func note(of answer: BatchResults.Answer) -> String {
      guard let certificate, ["sat", "unsat"].contains(answer.verdict) else { return "" }
      let attributes = try? FileManager.default.attributesOfItem(atPath: certificate)
      return (attributes?[.size] as? Int ?? 0) > 0 ? ", certificate" : ", no certificate"
    }
  }

  /// What an answer depends on beside files and time.
  private var options: String {
    let threads = resources.threads.threads.map(String.init) ?? "all"
    return "version=\(Release.version) complete=\(complete.rawValue) memory=\(resources.memory) "
      + "threads=\(threads)"
      + (meaning.meaning.map { " meaning=\($0.rawValue)" } ?? "")
  }

  /// The answer of a process of its own.
  private func ask(
    _ instance: InstanceList.Instance, _ list: InstanceList, _ files: Files,
    _ child: VerifyingChild
  ) -> BatchResults.Answer {
    let begin = Date()
    func answer(
      _ verdict: String, _ reason: String, proof: Double = 0
    ) -> BatchResults.Answer {
      BatchResults.Answer(
        verdict: verdict, seconds: max(0, Date().timeIntervalSince(begin) - proof), reason: reason)
    }
    let arguments =
      [
        list.path(of: instance.model), list.path(of: instance.property), "--timeout",
        "\(instance.timeout)", "--complete", complete.rawValue, "--memory", resources.memory,
      ] + (resources.threads.threads.map { ["--threads", "\($0)"] } ?? [])
      + (files.result.map { ["--result", $0] } ?? [])
      + (files.certificate.map { ["--certificate", $0] } ?? [])
      + (meaning.meaning.map { ["--meaning", $0.rawValue] } ?? [])
    let limit =
      instance.timeout
      + (certificates == nil
        ? 0 : ProofLimits.seconds(within: instance.timeout, after: instance.timeout))
    let outcome: VerifyingChild.Outcome
    do { outcome = try child.run(arguments, within: limit) } catch {
      return answer("error", error.localizedDescription)
    }
    if let report = try? JSONDecoder().decode(VerifyBrief.self, from: outcome.output) {
      let method = report.method.map { "by \($0)" }
      return answer(
        report.verdict, report.verdict == "error" ? report.reason : method ?? report.reason,
        proof: report.proofSeconds ?? 0)
    }
    if outcome.wasOverdue {
      if let result = files.result { try? writeFile(Data("timeout\n".utf8), to: result) }
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
  /// How long the search for a proof took.
  var proofSeconds: Double?

  enum CodingKeys: String, CodingKey {
    case verdict, reason, method
    case proofSeconds = "proof_seconds"
  }
}
