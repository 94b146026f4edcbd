import Foundation
import Surety
import TestSupport
import Testing

@Suite("Training with a teacher")
struct TeacherTests {
  /// A teacher of the embedded digits, its file beside it.
  private func teacher(hidden: Int = 16) throws -> (training: TinyTraining, file: String) {
    let tiny = try TinyTraining(
      epochs: 3, network: "architecture: mlp, hidden: [\(hidden)], normalization: full",
      epsilon: "test: 1/16",
      more: "evaluation: {first: 64, certify: 0}")
    let text = try String(contentsOfFile: tiny.recipe, encoding: .utf8)
    try text.replacing("method: ibp", with: "method: adversarial")
      .write(toFile: tiny.recipe, atomically: true, encoding: .utf8)
    let outcome = try tiny.train("teacher")
    #expect(outcome.code == 0, "\(outcome.errors)")
    return (tiny, tiny.path("teacher/model.onnx"))
  }

  private func student(_ teacher: String, epochs: Int = 4, _ more: String = "") throws
    -> TinyTraining
  {
    try TinyTraining(
      epochs: epochs,
      more: "evaluation: {first: 64, certify: 0}\ndistillation: {teacher: \"\(teacher)\"\(more)}")
  }

  @Test("A student has its teacher's file and digest in its record, and leaves the teacher alone")
  func record() throws {
    let (first, file) = try teacher()
    defer { withExtendedLifetime(first) {} }
    let digest = try sha256(ofFile: file)
    for (more, method) in [
      (", of: features", "ibp"), (", of: logits, temperature: 2", "mtl-ibp"),
      (", weight: 0.5", "sabr"),
    ] {
      let tiny = try student(file, more)
      let outcome = try tiny.train("out", "--set", "method=\(method)", "--json")
      #expect(outcome.code == 0, "\(outcome.errors)")
      let teacher = try #require(try outcome.object()["teacher"] as? [String: String])
      #expect(teacher == ["file": file, "sha256": digest])
      #expect(try sha256(ofFile: file) == digest)
      func distances(_ out: String) throws -> [Double] {
        try TrainingHistory(folder: tiny.path(out)).epochs.compactMap(\.distillation)
      }
      let drawn = try distances("out")
      #expect(drawn.count == 4 && drawn.allSatisfy { $0 > 0 })
      // One that hardly counts leaves the network farther away.
      let light = try tiny.train(
        "light", "--set", "method=\(method)", "--set", "distillation.weight=1e-6")
      #expect(light.code == 0, "\(light.errors)")
      let (near, far) = (try #require(drawn.last), try #require(distances("light").last))
      #expect(near < far, "\(method): \(near), \(far)")
      let page = try String(contentsOfFile: tiny.path("out/report.html"), encoding: .utf8)
      #expect(page.contains("distance from the teacher") && page.contains(digest))
    }
  }

  @Test("A student that was stopped ends in the same model, and goes on with no other teacher")
  func resumes() throws {
    let (first, file) = try teacher()
    let tiny = try student(file)
    #expect(try tiny.train("whole").code == 0)
    try tiny.begin("parts", batches: 30)
    let good = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(try first.train("other", "--seed", "5").code == 0)
    try Data(contentsOf: URL(fileURLWithPath: first.path("other/model.onnx")))
      .write(to: URL(fileURLWithPath: file))
    let refused = try tiny.train("parts", "--resume")
    #expect(refused.code == 2)
    #expect(
      refused.errors
        == "surety: error: \(tiny.path("parts"))/run.json: learnt from another teacher than distillation.teacher is now\n"
    )
    try good.write(to: URL(fileURLWithPath: file))
    #expect(try tiny.train("parts", "--resume").code == 0)
    try tiny.expectSame("whole", "parts")
    // Another name is another recipe.
    let renamed = try tiny.train(
      "whole", "--resume", "--set", "distillation.teacher=\(first.path("other/model.onnx"))")
    #expect(renamed.code == 2 && renamed.errors.contains("distillation.teacher is "))
  }

  @Test("What cannot be a teacher is refused in one line, before anything is written")
  func refusals() throws {
    let (first, wide) = try teacher(hidden: 24)
    defer { withExtendedLifetime(first) {} }
    let folder = try TemporaryFolder()
    let garbage = try folder.file("garbage.onnx", "no model")
    func file(_ name: String, _ shape: [Int], _ classes: Int) throws -> String {
      let path = "\(folder.path)/\(name).onnx"
      try Architectures.named("mlp", ArchitectureSettings(hidden: [16]))
        .network(for: ImageTask(shape: shape, classes: classes))
        .initialized(.framework, seed: 1).write(toONNX: path)
      return path
    }
    let few = try file("few", [1, 8, 8], 7)
    let small = try file("small", [1, 4, 4], 10)
    for (teacher, settings, message) in [
      ("\(folder.path)/none.onnx", [], "\(folder.path)/none.onnx: no such file"),
      (garbage, [], "\(garbage): "),
      (
        few, [],
        "\(few): takes 1x1x8x8 and gives 7 classes; images of digits are 1x8x8 of 10 classes"
      ),
      (
        small, [],
        "\(small): takes 1x1x4x4 and gives 10 classes; images of digits are 1x8x8 of 10 classes"
      ),
      (
        wide, [],
        "\(wide): cannot be the teacher: its last linear layer reads 24 features, and the network's 16; expected as many, or distillation.of: logits"
      ),
      (
        wide, ["--set", "method=taps"],
        "distillation: belongs to ibp, crown-ibp, fast, sabr, mtl-ibp, cc-ibp and exp-ibp; the method is taps"
      ),
    ] as [(String, [String], String)] {
      let tiny = try student(teacher)
      let outcome = try Program.run(tiny.arguments("out") + settings)
      #expect(outcome.code == 2)
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: tiny.path("out")))
    }
    // Logits need no equal widths.
    let tiny = try student(wide, epochs: 2, ", of: logits")
    #expect(try tiny.train("out").code == 0)
  }

  @Test("A teacher that only guesses is warned of")
  func guessing() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/new.onnx"
    try Architectures.named("mlp", ArchitectureSettings(hidden: [16]))
      .network(for: ImageTask(shape: [1, 8, 8], classes: 10)).initialized(.framework, seed: 1)
      .write(toONNX: path)
    let tiny = try student(path, epochs: 2)
    let outcome = try tiny.train("out")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("surety: warning: the teacher \(path): ")
        && outcome.errors.contains("about as many as by guessing"), "\(outcome.errors)")
  }

  @Test("Recipes of clients name no teacher")
  func federated() throws {
    let (first, file) = try teacher()
    defer { withExtendedLifetime(first) {} }
    let tiny = try student(file)
    let outcome = try Program.run(
      "federate", tiny.recipe, "--domains", "digits,digits+inverted", "--out", tiny.path("f"))
    #expect(outcome.code == 2)
    #expect(
      outcome.errors
        == "surety: error: distillation.teacher: is for surety train and compare; clients train without one, expected none\n"
    )
  }
}
