import Foundation
import Surety
import TestSupport
import Testing

/// Comparisons of recipes that name models, whose files may change, and of trainings that are lost.
@Suite("A comparison of recipes that name models")
struct CompareModelTests {
  /// Two recipes, the second of which is drawn to a teacher.
  private func taught() throws -> (tiny: TinyComparison, teacher: String, other: String) {
    let tiny = try TinyComparison()
    func model(_ seed: Int) throws -> String {
      let out = tiny.path("teacher-\(seed)")
      let outcome = try Program.run(
        "train", tiny.recipes[0], "--seed", "\(seed)", "--certify", "0", "--out", out)
      #expect(outcome.code == 0, "\(outcome.errors)")
      return "\(out)/model.onnx"
    }
    let (teacher, other) = (try model(7), try model(8))
    let handle = try #require(FileHandle(forWritingAtPath: tiny.recipes[1]))
    handle.seekToEndOfFile()
    handle.write(Data("\ndistillation: {teacher: \(teacher)}\n".utf8))
    try handle.close()
    return (tiny, teacher, other)
  }

  private func replace(_ file: String, by other: String) throws {
    try Data(contentsOf: URL(fileURLWithPath: other)).write(to: URL(fileURLWithPath: file))
  }

  @Test("The record has the teacher's digest, and goes on with no other one")
  func otherTeacher() throws {
    let (tiny, teacher, other) = try taught()
    let digest = try sha256(ofFile: teacher)
    // Until the first training with the teacher has ended.
    try tiny.begin("a", batches: 220)
    let record = try tiny.record("a")
    #expect(record.recipes.map(\.teacherDigest) == [nil, digest])
    #expect(record.recipes.map(\.startDigest) == [nil, nil])
    let good = try Data(contentsOf: URL(fileURLWithPath: teacher))
    try replace(teacher, by: other)
    let refused = try tiny.compare("a", "--resume")
    #expect(refused.code == 2)
    #expect(
      refused.errors.contains(
        "holds another comparison (quick has another distillation.teacher); go on with its own options"
      ),
      "\(refused.errors)")
    #expect(try tiny.record("a") == record)
    try good.write(to: URL(fileURLWithPath: teacher))
    let outcome = try tiny.compare("a", "--resume")
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test("A model that changes between two seeds ends the comparison in one line")
  func changedMeanwhile() throws {
    let (tiny, teacher, other) = try taught()
    let comparison = try tiny.comparison("a")
    var isReplaced = false
    let error = #expect(throws: InputError.self) {
      try comparison.run(isStopped: { false }) { progress in
        guard progress.seed == 2, !isReplaced else { return }
        isReplaced = true
        try? replace(teacher, by: other)
      }
    }
    #expect(
      error?.description
        == "\(teacher): has changed since the comparison began, and all seeds of quick need the same; put it back and go on with --resume, or start over with --restart"
    )
    #expect(comparison.record.trainings == 3, "what had ended is kept")
  }

  @Test("A recipe that diverges has no figures, says so, and leaves the other's alone")
  func diverging() throws {
    let tiny = try TinyComparison()
    let wild = try tiny.folder.file(
      "wild one.yaml",
      try String(contentsOfFile: tiny.recipes[0], encoding: .utf8)
        .replacing("learning-rate: 5e-3", with: "kind: sgd, clip: none, learning-rate: 1e30"))
    let outcome = try Program.run(
      "compare", tiny.recipes[0], wild, "--seeds", "1,2", "--out", tiny.path("a"))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let record = try tiny.record("a")
    #expect(record.recipes.map(\.name) == ["plain", "wild-one"])
    #expect(record.recipes[1].trainings.allSatisfy { $0.status == .diverged })
    #expect(record.recipes[1].results == ComparedRecipe.Results())
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(
      lines[2].hasPrefix("plain ")
        && lines[3].split(separator: " ").map(String.init)
          == ["wild-one", "none", "none", "none", "none", "none"],
      "\(lines)")
    #expect(outcome.output.contains("wild-one, seed 1: no model ("))
    #expect(!outcome.output.contains("wild-one certifies"))
    let alone = try Program.run("compare", wild, "--seeds", "1", "--out", tiny.path("b"))
    #expect(alone.code == 1 && alone.errors.hasSuffix("surety: no training ended in a model\n"))
    // What has ended in no model has ended: nothing is trained again.
    let again = try Program.run(
      "compare", wild, "--seeds", "1", "--out", tiny.path("b"), "--resume")
    #expect(again.code == 1 && again.errors.contains("is finished; nothing was changed"))
  }
}
