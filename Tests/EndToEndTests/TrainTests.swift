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
      ["train", "digits", "--epochs", "4", "--seed", "3", "--out", "\(folder.path)/\(out)"] + more)
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
        "train", "digits", "--epochs", "4", "--seed", "4", "--out", "\(folder.path)/c"
      ).code == 0)
    #expect(try digest("a") != digest("c"))
  }

  @Test("A run killed again and again ends in the same model as one that was left alone")
  func killed() throws {
    #expect(try train("whole").code == 0)
    let out = "\(folder.path)/killed"
    var kills = 0
    for attempt in 0..<40 {
      let process = try Program.start(
        ["train", "digits", "--epochs", "4", "--seed", "3", "--out", out]
          + (attempt > 0 ? ["--resume"] : []), output: Pipe(), errors: Pipe())
      // From before the first file is written to some way into the run.
      usleep(UInt32(20_000 + attempt * 35_000))
      if process.isRunning {
        kill(process.processIdentifier, SIGKILL)
        kills += 1
        process.waitUntilExit()
      } else {
        #expect(process.terminationStatus == 0)
        break
      }
    }
    #expect(
      try Program.run(
        "train", "digits", "--epochs", "4", "--seed", "3", "--out", out, "--resume"
      ).code == 0)
    #expect(kills > 0)
    #expect(try digest("killed") == digest("whole"))
    let (a, b) = (
      try TrainingHistory(folder: out), try TrainingHistory(folder: "\(folder.path)/whole")
    )
    #expect(a.epochs.map(\.loss) == b.epochs.map(\.loss))
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

  @Test("A folder with a run is not written over, and a checkpoint of another recipe is refused")
  func occupied() throws {
    #expect(try train("a").code == 0)
    let again = try train("a")
    #expect(again.code == 2)
    #expect(again.errors.contains("holds a training run already"))
    let other = try Program.run(
      "train", "digits", "--epochs", "5", "--seed", "3", "--out", "\(folder.path)/a", "--resume")
    #expect(other.code == 2)
    #expect(other.errors.contains("belongs to another recipe"))
  }
}
