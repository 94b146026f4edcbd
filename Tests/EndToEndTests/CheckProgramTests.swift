import Foundation
import TestSupport
import Testing

@Suite("The program surety-check, and surety check, which hands its options on")
struct CheckProgramTests {
  let folder: TemporaryFolder
  let model: String
  let certificate: String

  init() throws {
    folder = try TemporaryFolder()
    let question = try DigitsQuestion(in: folder, example: 3, epsilon: 0.02)
    model = question.model
    certificate = "\(folder.path)/certificate.jsonl"
    let run = try Program.run(
      ["verify"] + question.arguments + ["--certificate", certificate, "--quiet"])
    try #require(run.firstLine == "unsat")
  }

  /// Runs the program itself, and the command that calls it, which must not differ.
  private func check(_ arguments: String...) throws -> Program.Outcome {
    let program = try #require(Program.path) + "-check"
    let (output, errors) = (Pipe(), Pipe())
    let process = try Program.start(arguments, executable: program, output: output, errors: errors)
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problems = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let outcome = Program.Outcome(
      code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: problems, as: UTF8.self))
    let command = try Program.run(["check"] + arguments)
    #expect(command.code == outcome.code && command.output == outcome.output)
    return outcome
  }

  @Test(
    "Exit code 0: all certificates were accepted; 2: there was none", arguments: [[], ["--plain"]])
  func accepted(options: [String]) throws {
    let result =
      try options.isEmpty
      ? check(certificate, "--model", model) : check(certificate, "--model", model, "--plain")
    #expect(result.code == 0 && result.output == "accepted 1 rejected 0\n")
    let none = try folder.file("none.jsonl", "{\"example\": 1}\n\n")
    let without = try check(none, "--model", model, "--threads", "1")
    #expect(without.code == 2 && without.errors.contains("none.jsonl: carries no certificate"))
    #expect(without.output == "accepted 0 rejected 0 (1 lines carry no certificate)\n")
    // As `surety verify` leaves it where no proof was found.
    let empty = try check(try folder.file("empty.jsonl", ""), "--model", model)
    #expect(empty.code == 2 && empty.errors.contains("empty.jsonl: carries no certificate"))
  }

  @Test("Exit code 1: one was rejected, or is none that can be read")
  func rejected() throws {
    let whole = try String(contentsOfFile: certificate, encoding: .utf8)
    // Of another network, and cut off.
    let digest = try #require(whole.firstMatch(of: #/"sha256": ?"([0-9a-f]{64})"/#)).1
    let other = whole.replacing(digest, with: String(digest.reversed()))
    let torn = String(whole.dropLast(40)) + "\n"
    let result = try check(
      try folder.file("mixed.jsonl", whole + other + torn), "--model", model, "--threads", "2")
    #expect(result.code == 1)
    #expect(result.output.contains("line 2: rejected: the claim is about another network"))
    #expect(result.output.contains("line 3: rejected: "))
    #expect(result.output.hasSuffix("accepted 1 rejected 2\n"))
    let json = try check(
      try folder.file("other.jsonl", other), "--model", model, "--json")
    #expect(json.code == 1)
    #expect(json.output.contains("{\"accepted\": 0, \"rejected\": 1, \"without\": 0}"))
  }

  @Test("Exit code 2: the file or the model cannot be read, in one line that names it")
  func unreadable() throws {
    let missing = "\(folder.path)/missing.jsonl"
    let file = try check(missing, "--model", model)
    #expect(file.code == 2 && file.errors == "surety-check: \(missing): no such file\n")
    let broken = try folder.file("broken.onnx", "no model")
    let network = try check(certificate, "--model", broken)
    #expect(network.code == 2 && network.errors.hasPrefix("surety-check: \(broken): "))
    let folderAsFile = try check(folder.path, "--model", model)
    #expect(folderAsFile.code == 2 && folderAsFile.errors.contains("is a folder, expected a file"))
  }

  @Test("Wrong options are refused by both programs", arguments: [["--threads", "0"], ["--fast"]])
  func wrongOptions(options: [String]) throws {
    let result = try Program.run(["check", certificate, "--model", model] + options)
    #expect(result.code == 2 && result.errors.contains(options[0]), "\(result)")
  }
}
