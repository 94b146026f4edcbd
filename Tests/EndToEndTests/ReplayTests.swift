import Foundation
import Surety
import TestSupport
import Testing

@Suite("A counterexample can be run again")
struct ReplayTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "evaluate --record agrees with the record, for a normalised model too, and evaluate --mean --std with both",
    arguments: [
      ("attack", "attack.jsonl"), ("certify", "certificates.jsonl"), ("radius", "radius.jsonl"),
    ])
  func record(command: String, log: String) throws {
    let model = "\(folder.path)/scaled.onnx"
    let wanted = try Normalization(mean: [-2], std: [4])
    try EmbeddedNetwork.digits().readingPixels(wanted).write(toONNX: model)
    // The inverse: (x - 0.5) / 0.25 = 4 x - 2.
    let normal = ["--mean", "0.5", "--std", "0.25"]
    let out = "\(folder.path)/\(command)"
    let run = try Program.run(
      [
        command, model, "--data", "digits", "--first", "1", "--start", "1", "--eps", "0.6", "--out",
        out,
      ]
        + normal)
    #expect(run.code == 0, "\(run.errors)")
    let path = "\(out)/\(log)"
    let replay = try Program.run("evaluate", model, "--record", path, "--example", "1")
    #expect(replay.code == 0, "\(replay.errors)")
    let object = try replay.object()
    #expect(object["agrees"] as? Bool == true)
    #expect((object["difference"] as? Double ?? 1) < 1e-3)
    #expect(object["prediction"] as? Int != object["label"] as? Int)
    let line = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        as? [String: Any])
    let point = try #require(line["counterexample"] as? [String: Any])
    let input = try folder.file("input.json", "\(point["input"] as? [Double] ?? [])")
    let again = try Program.run(
      ["evaluate", model, "--input", input, "--precision", "double"] + normal)
    let outputs = try #require(again.object()["outputs"] as? [[Double]])
    let recorded = try #require(point["output"] as? [Double])
    for (value, other) in zip(outputs[0], recorded) { #expect(abs(value - other) < 1e-3) }
    // Without the normalisation it is another question.
    let plain = try Program.run("evaluate", model, "--input", input).object()
    #expect(plain["outputs"] as? [[Double]] != outputs)
  }

  @Test("Another model, an example without a line and one without a counterexample are refused")
  func refusals() throws {
    let model = try digitsModel(in: folder)
    let out = "\(folder.path)/out"
    _ = try Program.run(
      "attack", model, "--data", "digits", "--first", "2", "--eps", "0.001", "--out", out)
    let path = "\(out)/attack.jsonl"
    func refusal(_ arguments: String...) throws -> String {
      let result = try Program.run(["evaluate"] + arguments)
      #expect(result.code == 2)
      return result.errors
    }
    #expect(
      try refusal(model, "--record", path, "--example", "7")
        == "surety: error: \(path): has no line for example 7\n")
    #expect(
      try refusal(model, "--record", path, "--example", "0")
        == "surety: error: \(path): has no counterexample for example 0\n")
    #expect(
      try refusal(model, "--record", path)
        == "surety: error: --example: is missing; expected the place of an example in the data\n")
    _ = try Program.run(
      "attack", model, "--data", "digits", "--first", "2", "--eps", "0.7", "--out", out, "--restart"
    )
    let other = "\(folder.path)/other.onnx"
    try EmbeddedNetwork.digits().readingPixels(Normalization(mean: [0], std: [2])).write(
      toONNX: other)
    #expect(
      try refusal(other, "--record", path, "--example", "0").hasPrefix(
        "surety: error: \(other): is not the model of the record (SHA-256 "))
  }

  @Test("--mean with values for other channels is refused")
  func wrongChannels() throws {
    let model = try digitsModel(in: folder)
    let input = try digitImage(0, in: folder)
    let result = try Program.run(
      "evaluate", model, "--input", input, "--mean", "0,0,0", "--std", "1,1,1")
    #expect(result.code == 2)
    #expect(
      result.errors
        == "surety: error: --mean: 3 values for images of 1 channel, expected as many\n")
  }
}
