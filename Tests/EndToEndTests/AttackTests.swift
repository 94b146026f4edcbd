import Foundation
import Surety
import TestSupport
import Testing

@Suite("Attacks on the images of a data set")
struct AttackTests {
  let folder: TemporaryFolder
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try digitsModel(in: folder)
  }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(["attack", model, "--data", "digits"] + arguments)
  }

  @Test("A run in a folder goes on where it stopped; another effort is another run")
  func resume() throws {
    let out = "\(folder.path)/out"
    #expect(try run("--first", "3", "--eps", "0.1", "--out", out).code == 0)
    let log = "\(out)/attack.jsonl"
    let early = try String(contentsOfFile: log, encoding: .utf8)
    #expect(early.split(separator: "\n").count == 3)
    let second = try run("--first", "6", "--eps", "0.1", "--out", out, "--json")
    let object = try second.object()
    #expect(object["count"] as? Int == 6)
    #expect(try String(contentsOfFile: log, encoding: .utf8).hasPrefix(early))
    let summary = try JSONDecoder().decode(
      AttackSummary.self, from: Data(contentsOf: URL(fileURLWithPath: "\(out)/summary.json")))
    #expect(summary.count == 6 && summary.effort?.attackSteps == 100)
    #expect(summary.attackAccuracy == object["attack_accuracy"] as? Double)
    let other = try run("--first", "6", "--eps", "0.1", "--out", out, "--attack-steps", "7")
    #expect(other.code == 2)
    #expect(
      other.errors
        == "surety: error: \(log): holds results of another run (100 steps and 4 restarts of the attack); choose another --out, or start over with --restart\n"
    )
    #expect(
      try run("--first", "6", "--eps", "0.1", "--out", out, "--steps", "7", "--restart").code == 0)
  }

  @Test("Only images that were attacked count in the accuracy under attack")
  func untouched() {
    let run = RunRecord(
      modelDigest: "", data: "d", dataDigest: "",
      region: RegionRecord(norm: "inf", epsilon: 0.1, mean: [0], std: [1]), methods: [],
      arithmetic: "float32")
    func line(_ example: Int, _ verdict: ExampleVerdict, right: Bool, attacked: Bool) -> AttackLine
    {
      var line = ResultLine(run: run, example: example, label: 1)
      line.prediction = right ? 1 : 0
      line.verdict = verdict
      if attacked { line.methodSeconds["attack"] = 0.5 }
      return AttackLine(line)
    }
    let lines = [
      line(0, .undecided, right: true, attacked: true),
      line(1, .violated, right: true, attacked: true),
      line(2, .undecided, right: true, attacked: false),
      line(3, .misclassified, right: false, attacked: false),
    ]
    let summary = AttackSummary(of: lines, run: run, version: "", model: "m", requested: 4)
    #expect(summary.attacked == 2 && summary.violated == 1)
    #expect(summary.cleanAccuracy == 0.75)
    // One of three: the wrong one, the violated one and the one that withstood.
    #expect(abs(summary.attackAccuracy - 1.0 / 3) < 1e-12)
  }
}
