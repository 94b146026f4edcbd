import Foundation
import Surety
import TestSupport
import Testing

@Suite("Transformers whose tokens skip blocks, from the recipe to the answer")
struct RoutingRunTests {
  private func run(epochs: Int = 4) throws -> TinyTraining {
    try TinyTraining(
      epochs: epochs,
      network: "architecture: vit, patch: 2, width: 8, layers: 3, heads: 2, normalization: none, "
        + "activation: relu, residual: mixed, weights: sigma-reparam, mod-factor: 0.5",
      epsilon: "test: 1/64, start: 1, length: 2",
      more: "optimizer: {learning-rate: 5e-3}\nevaluation: {first: 64, certify: 0}")
  }

  @Test("A run that was stopped and resumed ends in the same model")
  func resumed() throws {
    let run = try run()
    let outcome = try run.train("whole")
    #expect(outcome.code == 0, "\(outcome.errors)")
    try run.begin("parts", batches: 33)
    #expect(try run.train("parts", "--resume").code == 0)
    try run.expectSame("whole", "parts")
  }

  @Test(
    "The model is named as routed, certified as in training, and its certificates are accepted"
  )
  func saved() throws {
    let run = try run()
    #expect(try run.train("a").code == 0)
    let model = run.path("a/model.onnx")
    let info = try Program.run("info", model)
    #expect(
      info.output.contains("routing     block2.router keeps 8 of 16 tokens"), "\(info.output)")
    #expect(info.output.contains("routing     block3.router keeps 2 of 16 tokens"))
    let listed = try #require(
      try Program.run("info", model, "--json").object()["routing"] as? [[String: Any]])
    #expect(listed.map { $0["kept"] as? Int } == [8, 2])
    let network = try Network(contentsOf: model)
    let routers = network.parameters.filter { $0.name.contains("router.weight") }
    #expect(routers.count == 2)
    #expect(routers.contains { $0.value.scalars.contains { $0 != 0 } })
    let test = try #require(TrainingHistory(folder: run.path("a")).epochs.last?.test)
    let certified = try Program.run(
      "certify", model, "--data", "digits", "--first", "64", "--eps", "1/64", "--methods", "ibp",
      "--attack-steps", "0", "--out", run.path("certified"), "--json")
    #expect(certified.code == 0, "\(certified.errors)")
    let object = try certified.object()
    #expect(object["clean_accuracy"] as? Double == test.cleanAccuracy)
    #expect(object["certified_accuracy"] as? Double == test.verifiedAccuracy)
    #expect(test.verifiedAccuracy > 0)
    let lines = try String(
      contentsOfFile: run.path("certified/certificates.jsonl"), encoding: .utf8)
    let count = lines.split(separator: "\n").count {
      $0.replacing(" ", with: "").contains("\"certificate\":{")
    }
    #expect(Double(count) == (test.verifiedAccuracy * 64).rounded())
    let checked = try Program.run(
      "check", run.path("certified/certificates.jsonl"), "--model", model)
    #expect(checked.code == 0, "\(checked.errors)")
    #expect(checked.output.contains("accepted \(count) rejected 0"), "\(checked.output)")
    let page = try String(contentsOfFile: run.path("certified/report.html"), encoding: .utf8)
    #expect(page.contains("block2.router keeps 8 of 16 tokens, block3.router keeps 2 of 16 tokens"))
    let again = try Program.run("report", run.path("certified"))
    #expect(again.code == 0, "\(again.errors)")
    #expect(
      try String(contentsOfFile: run.path("certified/report.html"), encoding: .utf8).contains(
        "block3.router keeps 2 of 16 tokens"))
  }

  @Test("surety verify finds a property at a small distance, and attacks go through the routing")
  func questions() throws {
    let run = try run()
    #expect(try run.train("a").code == 0)
    let model = run.path("a/model.onnx")
    let certified = try Program.run(
      "certify", model, "--data", "digits", "--first", "32", "--eps", "1/500", "--methods",
      "crown", "--out", run.path("crown"), "--json")
    #expect(certified.code == 0, "\(certified.errors)")
    #expect(try (certified.object()["certified_accuracy"] as? Double ?? 0) > 0)
    let attacked = try Program.run(
      "attack", model, "--data", "digits", "--first", "16", "--eps", "1/4", "--out",
      run.path("attacked"), "--json")
    #expect(attacked.code == 0, "\(attacked.errors)")
    let lipschitz = try Program.run("lipschitz", model)
    #expect(lipschitz.code == 2)
    #expect(
      lipschitz.errors.contains("no rule") || lipschitz.errors.contains("no constant"),
      "\(lipschitz.errors)")
  }
}
