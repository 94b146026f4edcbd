import Foundation
import Surety
import TestSupport
import Testing

@Suite("Commands read models as people bring them")
struct ModelOptionsTests {
  private func path(_ file: String) throws -> String {
    try #require(SharedFolder.path("field/\(file)"))
  }

  private func numbers(_ file: String) throws -> [Double] {
    try JSONDecoder().decode(
      [Double].self, from: Data(contentsOf: URL(fileURLWithPath: path(file))))
  }

  private func evaluate(_ folder: String, _ options: String...) throws -> [Double] {
    let result = try Program.run(
      ["evaluate", path("\(folder)/model.onnx"), "--input", path("\(folder)/input.json")] + options)
    #expect(result.code == 0, "\(result.errors)")
    let outputs = try #require(result.object()["outputs"] as? [[Double]])
    return try #require(outputs.first)
  }

  @Test("Weights beside the model are read, named, and part of its digest", .needsShared("field"))
  func external() throws {
    let output = try evaluate("external-data")
    #expect(
      largestRelativeDifference(output, try numbers("external-data/expected.json"), floor: 1) < 1e-6
    )
    let result = try Program.run("info", path("external-data/model.onnx"), "--json")
    let report = try result.object()
    #expect(report["data"] as? [String] == ["model.onnx.data"])
    let model = try path("external-data/model.onnx")
    let alone = sha256(of: try readFile(model))
    let digest = try #require(report["model_sha256"] as? String)
    let own = try ModelFile(model).digest()
    #expect(digest != alone && digest == own)
    // Other weights, another digest.
    let folder = try TemporaryFolder()
    let copy = "\(folder.path)/model.onnx"
    try FileManager.default.copyItem(atPath: model, toPath: copy)
    var data = try readFile(path("external-data/model.onnx.data"))
    data[data.startIndex] ^= 1
    try data.write(to: URL(fileURLWithPath: "\(copy).data"))
    #expect(try ModelFile(copy).digest() != digest)
  }

  @Test("A model of doubles is run and verified in doubles", .needsShared("field"))
  func doubles() throws {
    #expect(try evaluate("double-model") == [5])
    #expect(try evaluate("double-model", "--precision", "float") != [5])
    let folder = try TemporaryFolder()
    let property = try folder.file(
      "p.vnnlib",
      """
      (declare-const X_0 Real)
      (declare-const Y_0 Real)
      (assert (>= X_0 0.7))
      (assert (<= X_0 0.7))
      (assert (>= Y_0 4.9))
      """)
    let result = try Program.run(
      "verify", path("double-model/model.onnx"), property, "--timeout", "20", "--json")
    let report = try result.object()
    #expect(report["verdict"] as? String != "unsat" && report["arithmetic"] as? String == "float64")
  }

  @Test(
    "Outputs are listed and chosen by name, and a choice changes the digest", .needsShared("field"))
  func outputs() throws {
    let model = try path("two-outputs/model.onnx")
    let info = try Program.run("info", model)
    #expect(info.output.contains("output features") && info.output.contains("output logits"))
    let chosen = try Program.run("info", model, "--output", "logits", "--json").object()
    let output = try #require(chosen["output"] as? [String: Any])
    #expect(output["name"] as? String == "logits")
    #expect(chosen["model_sha256"] as? String != sha256(of: try readFile(model)))
    let wrong = try Program.run("info", model, "--output", "logit")
    #expect(
      wrong.code == 2
        && wrong.errors.contains(
          "output logit: the graph has no such output; it has features, logits")
    )
  }

  @Test("Options that say nothing are refused")
  func wrongOptions() throws {
    let folder = try TemporaryFolder()
    let model = try digitsModel(in: folder)
    for (words, message) in [
      (["--fix", "mask"], "'mask' does not name a value"),
      (["--fix", "mask=1"], "input mask: the graph has no such input"),
      (["--shape", "n=0"], "'0' is not an extent"), (["--shape", "n=4"], "axis n: no input has"),
      (["--fix", "m=\(folder.path)/none.json"], "no such file"),
    ] {
      let result = try Program.run(["info", model] + words)
      #expect(result.code == 2 && result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test("A listed name is found beside it with .gz")
  func packed() throws {
    let folder = try TemporaryFolder()
    let model = try digitsModel(in: folder)
    let result = try Program.shell("gzip \"$1\" && \"$0\" info \"$1\"", [model])
    #expect(result.code == 0 && result.output.contains("31066"), "\(result.errors)")
  }
}
