import Foundation
import Surety
import TestSupport
import Testing

@Suite("surety train")
struct TrainTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func train(_ out: String, _ more: String...) throws -> Program.Outcome {
    try Program.run(
      [
        "train", "digits", "--epochs", "4", "--seed", "3", "--certify", "0", "--out",
        "\(folder.path)/\(out)",
      ] + more)
  }

  private func digest(_ out: String) throws -> String {
    try sha256(ofFile: "\(folder.path)/\(out)/model.onnx")
  }

  @Test("A short run leaves a model that certifies, its records and its report")
  func run() throws {
    let outcome = try train("a", "--json")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let run = try outcome.object()
    #expect(run["status"] as? String == "finished")
    #expect(run["seed"] as? Int == 3)
    #expect(run["model_sha256"] as? String == (try digest("a")))
    let history = try TrainingHistory(folder: "\(folder.path)/a")
    #expect(history.epochs.map(\.epoch) == [1, 2, 3, 4])
    #expect(history.epochs.last?.test != nil)
    let report = try String(contentsOfFile: "\(folder.path)/a/report.html", encoding: .utf8)
    #expect(report.contains("<svg"))

    let network = try Network(contentsOf: "\(folder.path)/a/model.onnx")
    #expect(network.nodes.contains { $0.operation is BatchNormalization })
    let certified = try Program.run(
      "certify", "\(folder.path)/a/model.onnx", "--data", "digits", "--first", "50", "--eps",
      "1/16",
      "--methods", "ibp", "--out", "\(folder.path)/certified", "--json")
    #expect(certified.code == 0, "\(certified.errors)")
    #expect(try certified.object()["clean_accuracy"] as? Double ?? 0 > 0.2)
  }

  @Test("The same seed gives the same model, another seed another")
  func seeds() throws {
    #expect(try train("a").code == 0)
    #expect(try train("b").code == 0)
    #expect(try digest("a") == digest("b"))
    #expect(
      try Program.run(
        "train", "digits", "--epochs", "4", "--seed", "4", "--certify", "0", "--out",
        "\(folder.path)/c"
      ).code == 0)
    #expect(try digest("a") != digest("c"))
  }

  @Test("Ctrl-C leaves a run that can go on")
  func interrupted() throws {
    let out = "\(folder.path)/stopped"
    let errors = Pipe()
    let process = try Program.start(
      ["train", "digits", "--seed", "3", "--out", out], output: Pipe(), errors: errors)
    for _ in 0..<500 where !FileManager.default.fileExists(atPath: "\(out)/checkpoint.safetensors")
    {
      usleep(20_000)
    }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let run = try TrainingRun(contentsOf: "\(out)/run.json")
    #expect(run.status == .stopped)
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(
      said.hasSuffix("surety: \(try #require(run.reason)); go on with --resume\n"), "\(said)")
    #expect(!FileManager.default.fileExists(atPath: "\(out)/model.onnx"))
    #expect(try CheckpointStore(folder: out).latest() != nil)
  }

  @Test(
    "What cannot be done is one line and exit code 2",
    arguments: [
      (["train", "digitz"], "recipe \"digitz\": unknown; did you mean digits?"),
      (["train", "digits", "--epochs", "0"], "--epochs: 0 is not a number of epochs"),
      (["train", "digits", "--set", "epsilon.tset=0.1"], "tset"),
      (["train", "digits", "--data", "cifar10:/nowhere"], "/nowhere"),
    ])
  func errors(arguments: [String], message: String) throws {
    let outcome = try Program.run(arguments + ["--out", "\(folder.path)/x"])
    #expect(outcome.code == 2)
    #expect(outcome.errors.hasPrefix("surety: error: "))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/x/model.onnx"))
  }

  @Test("Data that are cut short, or no file, are named in one line, and nothing is begun")
  func unreadableData() throws {
    let data = "\(folder.path)/data"
    try FileManager.default.createDirectory(
      atPath: "\(data)/data_batch_2.bin", withIntermediateDirectories: true)
    // Two images and a part of the third.
    try Data(repeating: 0, count: 2 * 3_073 + 100)
      .write(to: URL(fileURLWithPath: "\(data)/data_batch_1.bin"))
    for (file, isCut) in [("data_batch_1.bin", true), ("data_batch_2.bin", false)] {
      if !isCut {
        try Data(repeating: 0, count: 2 * 3_073)
          .write(to: URL(fileURLWithPath: "\(data)/data_batch_1.bin"))
      }
      let outcome = try Program.run(
        "train", "cifar10-8-small", "--data", "cifar10:\(data)", "--out", "\(folder.path)/x")
      #expect(outcome.code == 2)
      #expect(outcome.errors.hasPrefix("surety: error: \(data)/"), "\(outcome.errors)")
      #expect(outcome.errors.contains(file), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/x"))
    }
  }

  @Test("A folder with a run is not written over, and a checkpoint of another recipe is refused")
  func occupied() throws {
    #expect(try train("a").code == 0)
    let again = try train("a")
    #expect(again.code == 2)
    #expect(again.errors.contains("holds a training run already"))
    // The model of the first run is as it was.
    #expect(try TrainingRun(contentsOf: "\(folder.path)/a/run.json").modelDigest == digest("a"))
    let other = try Program.run(
      "train", "digits", "--epochs", "5", "--seed", "3", "--out", "\(folder.path)/a", "--resume")
    #expect(other.code == 2)
    #expect(
      other.errors.contains("belongs to another recipe (epochs is 4 there and 5 here"),
      "\(other.errors)")
    let seed = try Program.run(
      "train", "digits", "--epochs", "4", "--seed", "8", "--certify", "0", "--out",
      "\(folder.path)/a", "--resume")
    #expect(
      seed.code == 2
        && seed.errors.contains("belongs to another recipe (seed is 3 there and 8 here);"),
      "\(seed.errors)")
  }

  @Test("A finished run that is resumed is left as it is, and that is said")
  func finished() throws {
    #expect(try train("a").code == 0)
    func content() throws -> [String: Data] {
      let out = "\(folder.path)/a"
      let names = try FileManager.default.contentsOfDirectory(atPath: out).sorted()
      return try Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, try Data(contentsOf: URL(fileURLWithPath: "\(out)/\($0)")))
        })
    }
    let before = try content()
    #expect(before.keys.contains("model.onnx"))
    let again = try train("a", "--resume")
    #expect(again.code == 0)
    #expect(
      again.errors == "surety: the run in \(folder.path)/a is finished; nothing was changed\n")
    #expect(again.output.contains("model: \(folder.path)/a/model.onnx"))
    #expect(try content() == before)
    // A model that is gone is made again.
    try FileManager.default.removeItem(atPath: "\(folder.path)/a/model.onnx")
    #expect(try train("a", "--resume").code == 0)
    #expect(try content()["model.onnx"] == before["model.onnx"])
  }
}
