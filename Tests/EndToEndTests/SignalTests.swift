import Foundation
import Surety
import TestSupport
import Testing

@Suite("Signals end a run soon, with its records in order")
struct SignalTests {
  /// Starts the program, sends a signal when it is time, and measures how long the end takes.
  private func end(
    _ arguments: [String], by number: Int32, when isTime: () -> Bool
  ) throws -> (code: Int32, seconds: Double, output: String, errors: String) {
    let (output, errors) = (Pipe(), Pipe())
    let process = try Program.start(arguments, output: output, errors: errors)
    waitUntil { isTime() || !process.isRunning }
    let begin = Date()
    kill(process.processIdentifier, number)
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problems = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit, "signal \(number) was not noticed")
    return (
      process.terminationStatus, Date().timeIntervalSince(begin),
      String(decoding: text, as: UTF8.self), String(decoding: problems, as: UTF8.self)
    )
  }

  /// Far more than a second, because a test may run beside others; that it is a second is measured elsewhere.
  private let patience = 20.0

  @Test("of certify, at whatever step", arguments: [SIGINT, SIGTERM, SIGHUP])
  func certify(number: Int32) throws {
    let folder = try TemporaryFolder()
    let (model, out) = (try digitsModel(in: folder), "\(folder.path)/out")
    // Each example may take minutes.
    let arguments = [
      "certify", model, "--data", "digits", "--eps", "0.2", "--methods", "ibp,bab", "--timeout",
      "100", "--out", out, "--batch", "8",
    ]
    let log = "\(out)/certificates.jsonl"
    let outcome = try end(arguments, by: number) {
      FileManager.default.fileExists(atPath: log)
    }
    #expect(outcome.code == 130 && outcome.seconds < patience, "\(outcome)")
    #expect(outcome.errors.contains("surety: stopping within a second"))
    let lines = try ResultLog.lines(of: log)
    let summary = try #require(
      JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: "\(out)/summary.json"))) as? [String: Any])
    let partial = try #require(summary["partial"] as? [String: Any])
    #expect(partial["decided"] as? Int == lines.count)
    #expect(outcome.errors.contains("stopped after \(lines.count) of 297 examples"), "\(outcome)")
    #expect(!outcome.output.contains(" 0.00 %\n"), "a table of zeros: \(outcome)")
    #expect(summary["circumstances"] != nil && summary["classes"] != nil)
    #expect(lines.allSatisfy { $0.verdict != .undecided }, "what was cut off is no result")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: out).allSatisfy {
        !$0.contains("partial") && $0 != ".lock"
      })
  }

  @Test("of verify, which says that it was interrupted", arguments: [false, true])
  func verify(isJSON: Bool) throws {
    let folder = try TemporaryFolder()
    let question = try DigitsQuestion(in: folder, example: 1, epsilon: 0.19)
    let (tree, result) = ("\(folder.path)/tree", "\(folder.path)/result")
    let outcome = try end(
      ["verify"] + question.arguments + ["--checkpoint", tree, "--result", result]
        + (isJSON ? ["--json"] : []), by: SIGTERM
    ) { FileManager.default.fileExists(atPath: tree) }
    #expect(outcome.code == 130 && outcome.seconds < patience, "\(outcome)")
    #expect(outcome.output.hasPrefix(isJSON ? "{" : "unknown\n"), "\(outcome)")
    #expect(outcome.output.contains("interrupted"))
    #expect(try String(contentsOfFile: result, encoding: .utf8) == "unknown\n")
    #expect(!FileManager.default.fileExists(atPath: "\(tree).lock"))
  }

  @Test("of train, in the middle of a long judgement too, and the run goes on to the same model")
  func train() throws {
    let tiny = try TinyTraining(epochs: 40)
    #expect(try tiny.train("whole").code == 0)
    let outcome = try end(tiny.arguments("out"), by: SIGHUP) {
      FileManager.default.fileExists(atPath: tiny.path("out/checkpoint.safetensors"))
    }
    #expect(outcome.code == 130 && outcome.seconds < patience, "\(outcome)")
    #expect(try TrainingRun(contentsOf: tiny.path("out/run.json")).status == .stopped)
    #expect(try tiny.train("out", "--resume").code == 0)
    try tiny.expectSame("out", "whole")
  }

  @Test("of train while the last epoch is judged, which is done again")
  func judging() throws {
    let tiny = try TinyTraining(epochs: 3)
    #expect(try tiny.train("whole").code == 0)
    for epoch in 1...3 {
      let out = "out\(epoch)"
      do {
        let session = try TrainingSession(
          Recipe.named(tiny.recipe, settings: []), folder: tiny.path(out), resumes: false)
        // Called off as soon as the judgement of this epoch is asked for.
        session.isCancelled = { [path = tiny.path(out)] in
          let epochs = (try? MetricsLog.epochs(of: "\(path)/metrics.jsonl")) ?? []
          return epochs.count >= epoch - 1
        }
        #expect(try session.train() == .stopped)
        #expect(session.run.reason == "stopped in epoch \(epoch)")
        #expect(session.epochs.count == epoch - 1)
      }
      #expect(try tiny.train(out, "--resume").code == 0)
      try tiny.expectSame(out, "whole")
    }
  }

  @Test("of batch and of the process that it waits for; the instance is asked again")
  func batch() throws {
    let folder = try TemporaryFolder()
    let question = try DigitsQuestion(in: folder, example: 1, epsilon: 0.19)
    let table = try folder.file("instances.csv", "\(question.model),\(question.property),300\n")
    let (out, results) = ("\(folder.path)/answers.csv", "\(folder.path)/results")
    let outcome = try end(
      ["batch", table, "--out", out, "--results", results], by: SIGTERM
    ) { (try? FileManager.default.contentsOfDirectory(atPath: results).isEmpty) == false }
    #expect(outcome.code == 130 && outcome.seconds < patience, "\(outcome)")
    let text = try String(contentsOfFile: out, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 1, "no answer: \(text)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: results).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: "\(out).lock"))
  }

  @Test("A process that verifies for a table ends when whoever started it is killed")
  func orphan() throws {
    let folder = try TemporaryFolder()
    let question = try DigitsQuestion(in: folder, example: 1, epsilon: 0.19)
    let (output, errors) = (Pipe(), Pipe())
    let process = try Program.start(
      ["verify"] + question.arguments + ["--timeout", "300", "--parent", "1"], output: output,
      errors: errors)
    // Its parent is this process and not the one it is told of, as if that had been killed.
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
  }

  @Test("A second signal ends it at once, and before a command listens the first one does")
  func twice() throws {
    let folder = try TemporaryFolder()
    let (model, out) = (try digitsModel(in: folder), "\(folder.path)/out")
    let (output, errors) = (Pipe(), Pipe())
    let process = try Program.start(
      [
        "certify", model, "--data", "digits", "--eps", "0.2", "--methods", "bab", "--out", out,
      ], output: output, errors: errors)
    waitUntil { FileManager.default.fileExists(atPath: "\(out)/certificates.jsonl") }
    kill(process.processIdentifier, SIGINT)
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try !FileManager.default.contentsOfDirectory(atPath: out).contains(".lock"))
  }
}
