import Foundation
import Surety
import TestSupport
import Testing

@Suite("Training with norms that are kept, and rates of another width")
struct NormTrainingTests {
  private static let network =
    "architecture: conv-med, width: 4, linear: 8, normalization: full"

  private func run(_ more: String) throws -> TinyTraining {
    try TinyTraining(
      epochs: 4, network: Self.network, more: "\(more)\nevaluation: {first: 64, certify: 0}")
  }

  @Test(
    "A run that was stopped and resumed ends in the same model",
    arguments: ["frobenius", "hyperball", "unit-hidden"])
  func resumed(kind: String) throws {
    let run = try run("constraint: {kind: \(kind)}")
    #expect(try run.train("whole").code == 0)
    try run.begin("parts", batches: 33)
    let outcome = try run.train("parts", "--resume")
    #expect(outcome.code == 0, "\(outcome.errors)")
    try run.expectSame("whole", "parts")
  }

  @Test("Effective rates of normalised matrices are in the records and on the page")
  func effectiveRates() throws {
    let run = try run(
      "constraint: {kind: frobenius}\noptimizer: {kind: sgd, learning-rate: 0.01, schedule: linear}"
    )
    #expect(try run.train("a").code == 0)
    let epochs = try TrainingHistory(folder: run.path("a")).epochs
    let (first, last) = (try #require(epochs.first), try #require(epochs.last))
    let names = try #require(first.effectiveRates).map(\.name)
    #expect(names == ["conv1.weight", "conv2.weight", "linear1.weight"])
    // Norms stay, so effective rates fall as the rate does.
    let rates = try #require(last.effectiveRates)
    for (before, after) in zip(try #require(first.effectiveRates), rates) {
      #expect(
        abs(after.rate / before.rate / (last.learningRate / first.learningRate) - 1) < 1e-4)
    }
    let page = try String(contentsOfFile: run.path("a/report.html"), encoding: .utf8)
    #expect(page.contains("Effective learning rate, by matrix"))
    let plain = try TinyTraining(epochs: 2, network: "architecture: mlp, hidden: [8]")
    #expect(try plain.train("b").code == 0)
    #expect(try TrainingHistory(folder: plain.path("b")).epochs[0].effectiveRates == nil)
    let other = try String(contentsOfFile: plain.path("b/report.html"), encoding: .utf8)
    #expect(!other.contains("Effective learning rate, by matrix"))
  }

  @Test("The width that rates were found at is a setting of the recipe, and moves what is trained")
  func transferred() throws {
    let run = try run("optimizer: {kind: adamw, weight-decay: 0.1}")
    #expect(try run.train("a").code == 0)
    #expect(try run.train("b", "--transfer-from", "2").code == 0)
    #expect(try run.train("c", "--set", "optimizer.transfer-from=2").code == 0)
    let text = try TrainingRun(contentsOf: run.path("b/run.json")).recipe
    #expect(text.contains("transfer-from: 2\n"))
    func model(_ name: String) throws -> String {
      try sha256(ofFile: run.path("\(name)/model.onnx"))
    }
    #expect(try model("b") == model("c"))
    #expect(try model("a") != model("b"))
    let refused = try run.train("d", "--transfer-from", "2", "--set", "optimizer.kind=adam")
    #expect(refused.code == 2)
    #expect(
      refused.errors.contains(
        "optimizer.transfer-from: belongs to adamw, whose decay is apart from the gradient"),
      "\(refused.errors)")
  }
}
