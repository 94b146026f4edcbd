import Foundation
import Surety
import TestSupport
import Testing

@Suite("A run of certify continues where it stopped")
struct ResumeTests {
  let folder: TemporaryFolder
  let model: String
  let out: String

  init() throws {
    folder = try TemporaryFolder()
    model = try digitsModel(in: folder)
    out = "\(folder.path)/out"
  }

  private func arguments(_ count: Int, eps: String = "1/16") -> [String] {
    [
      "certify", model, "--data", "digits", "--first", "\(count)", "--eps", eps, "--out", out,
      "--batch", "4", "--methods", "ibp,crown", "--json",
    ]
  }

  private func lines() throws -> [ResultLine] {
    try ResultLog.lines(of: "\(out)/certificates.jsonl")
  }

  @Test("A run that is killed loses nothing that was reported, and the next one completes it")
  func killed() throws {
    let process = try Program.start(arguments(297), output: Pipe(), errors: Pipe())
    let log = "\(out)/certificates.jsonl"
    for _ in 0..<2_000 {
      let size = (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int) ?? 0
      if size > 0 || !process.isRunning { break }
      usleep(2_000)
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let before = try lines()
    #expect(!before.isEmpty && before.count <= 297)
    let object = try Program.run(arguments(297)).object()
    #expect(object["count"] as? Int == 297)
    let after = try lines()
    #expect(Array(after.prefix(before.count)) == before, "earlier results stay as they are")
    #expect(after.map(\.example).sorted() == Array(0..<297))
  }

  @Test("A last line that was cut off is dropped, and its example is certified again")
  func tornLine() throws {
    _ = try Program.run(arguments(8))
    let log = "\(out)/certificates.jsonl"
    let whole = try Data(contentsOf: URL(fileURLWithPath: log))
    try whole.dropLast(25).write(to: URL(fileURLWithPath: log))
    let object = try Program.run(arguments(8)).object()
    #expect(object["count"] as? Int == 8)
    #expect(try lines().map(\.example).sorted() == Array(0..<8))
  }

  @Test("Results of another question are not mixed")
  func anotherQuestion() throws {
    _ = try Program.run(arguments(4))
    let result = try Program.run(arguments(4, eps: "0.25"))
    #expect(result.code == 2)
    #expect(
      result.errors
        == "surety: error: \(out)/certificates.jsonl: holds results of another run (epsilon 0.0625); "
        + "choose another --out, or start over with --restart\n")
    #expect(try Program.run(arguments(4, eps: "0.25") + ["--restart"]).code == 0)
    #expect(try lines().allSatisfy { $0.run.region.epsilon == 0.25 })
  }

  @Test("Nor are those of another effort or another version")
  func anotherEffort() throws {
    _ = try Program.run(arguments(4))
    for (more, difference) in [
      (["--timeout", "30"], "no time limit"), (["--seed", "7"], "seed 0"),
    ] {
      let result = try Program.run(arguments(4) + more)
      #expect(
        result.code == 2
          && result.errors.contains("holds results of another run (\(difference));"), "\(result)")
    }
    let log = "\(out)/certificates.jsonl"
    let text = try String(contentsOfFile: log, encoding: .utf8)
    try text.replacing("\"version\":\"\(Release.version)\"", with: "\"version\":\"0.0.1\"")
      .write(toFile: log, atomically: true, encoding: .utf8)
    let result = try Program.run(arguments(4))
    #expect(result.code == 2 && result.errors.contains("(surety 0.0.1)"), "\(result)")
  }

  @Test("Each line says which margin decided")
  func margins() throws {
    _ = try Program.run(arguments(60, eps: "0.15"))
    var verdicts: Set<ExampleVerdict> = []
    for line in try lines() {
      verdicts.insert(line.verdict)
      let margin = try #require(line.decidingMargin)
      switch line.verdict {
      case .certified: #expect(margin > 0 && margin == line.margins.compactMap { $0 }.min())
      case .violated: #expect(margin <= 0)
      case .misclassified: #expect(margin <= 0 && margin == line.cleanMargin)
      default: #expect(margin == line.margins.compactMap { $0 }.min())
      }
    }
    #expect(verdicts.contains(.violated) && verdicts.contains(.certified), "\(verdicts)")
  }

  @Test("More examples of the same question are added")
  func moreExamples() throws {
    _ = try Program.run(arguments(4))
    let object = try Program.run(arguments(8)).object()
    #expect(object["count"] as? Int == 8)
    #expect(try lines().count == 8)
  }

  @Test("The keys of the contract are there")
  func keys() throws {
    _ = try Program.run(arguments(4))
    let summary = try #require(
      JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: "\(out)/summary.json"))) as? [String: Any])
    for key in [
      "model_sha256", "data", "count", "epsilon", "norm", "clean_accuracy", "attack_accuracy",
      "certified_accuracy", "methods",
    ] {
      #expect(summary[key] != nil, "summary.json lacks \(key)")
    }
    let text = try String(contentsOfFile: "\(out)/certificates.jsonl", encoding: .utf8)
    for line in text.split(separator: "\n") {
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      for key in [
        "schema", "model_sha256", "example", "label", "region", "verdict", "margins", "seconds",
        "arithmetic",
      ] {
        #expect(object[key] != nil, "a line lacks \(key)")
      }
    }
  }
}
