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
      is stopped, the same command continues where it stopped.
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

  /// The seconds after its limit at which a process is ended.
  private static let grace = 10.0

  func run() throws {
    let list = try InstanceList(contentsOf: instances)
    let cap = try duration(timeoutCap, option: "--timeout-cap")?.seconds ?? .infinity
    _ = try resources.apply()
    if restart { try? FileManager.default.removeItem(atPath: out) }
    if let results {
      do {
        try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
      } catch {
        throw InputError(results, "cannot be created: \(error.localizedDescription)")
      }
    }
    let table = try BatchResults(out)
    let interruption = Interruption(finishing: "this instance")
    var counts: [String: Int] = [:]
    for (place, given) in list.instances.enumerated() {
      var instance = given
      instance.timeout = min(cap, instance.timeout)
      if interruption.wasRequested { break }
      let answer: BatchResults.Answer
      if let known = table.known[instance] {
        answer = known
      } else {
        answer = ask(instance, place, list)
        // What Ctrl-C ended early is asked again next time.
        if interruption.wasRequested, answer.verdict == "unknown" || answer.verdict == "error" {
          break
        }
        try table.add(answer, to: instance)
      }
      counts[answer.verdict, default: 0] += 1
      try Console.line(
        "\(place + 1)/\(list.instances.count) \(instance.model) \(instance.property): \(answer.verdict) "
          + String(format: "%.2f s", answer.seconds))
    }
    let totals = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    try Console.line(totals.joined(separator: ", "))
    if interruption.wasRequested { throw Exit.Code(exit: .interrupted) }
  }

  /// The answer of a process of its own.
  private func ask(
    _ instance: InstanceList.Instance, _ place: Int, _ list: InstanceList
  ) -> BatchResults.Answer {
    let begin = Date()
    func answer(_ verdict: String, _ reason: String) -> BatchResults.Answer {
      BatchResults.Answer(
        verdict: verdict, seconds: Date().timeIntervalSince(begin), reason: reason)
    }
    let (output, errors) = (Pipe(), Pipe())
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments =
      [
        "verify", list.path(of: instance.model), list.path(of: instance.property), "--timeout",
        "\(instance.timeout)", "--complete", complete.rawValue, "--memory", resources.memory,
        "--quiet",
        "--json",
      ] + (resources.threads.map { ["--threads", "\($0)"] } ?? [])
      + (results.map { ["--result", "\($0)/\(place + 1).txt"] } ?? [])
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch { return answer("error", error.localizedDescription) }
    // A process that does not keep its limit is ended.
    let overdue = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
    DispatchQueue.global().asyncAfter(
      deadline: .now() + instance.timeout + Self.grace, execute: overdue)
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    overdue.cancel()
    if let report = try? JSONDecoder().decode(VerifyBrief.self, from: text) {
      let method = report.method.map { "by \($0)" }
      return answer(
        report.verdict, report.verdict == "error" ? report.reason : method ?? report.reason)
    }
    if process.terminationReason == .uncaughtSignal {
      if Date().timeIntervalSince(begin) >= instance.timeout + Self.grace {
        return answer("timeout", "did not keep its time limit and was ended")
      }
      return answer("error", "ended by signal \(process.terminationStatus)")
    }
    let last = complaint.split(separator: "\n").last.map(String.init) ?? ""
    return answer("error", "exit code \(process.terminationStatus): \(last)")
  }
}

/// What every answer of `surety verify --json` has.
private struct VerifyBrief: Decodable {
  var verdict: String
  var reason: String
  var method: String?
}
