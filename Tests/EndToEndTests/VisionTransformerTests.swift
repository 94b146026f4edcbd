import Foundation
import Surety
import TestSupport
import Testing

@Suite("Vision transformers from the recipe to the certificate")
struct VisionTransformerRunTests {
  private static let recipes = [
    "architecture: vit, patch: 4, width: 8, layers: 1, heads: 2, normalization: none, activation: relu, "
      + "residual: mixed, weights: sigma-reparam",
    "architecture: vit, patch: 4, width: 8, layers: 1, heads: 2, normalization: rms",
  ]

  private func run(_ network: String, _ averaging: String = "") throws -> TinyTraining {
    try TinyTraining(
      epochs: 4, network: network, epsilon: "test: 1/64, start: 1, length: 2",
      more: "\(averaging)\noptimizer: {learning-rate: 5e-3}\nevaluation: {first: 64, certify: 0}")
  }

  @Test("A run that was stopped and resumed ends in the same model", arguments: recipes)
  func resumed(network: String) throws {
    let run = try run(network, "averaging: {kind: ema, decay: 0.9}")
    #expect(try run.train("whole").code == 0)
    try run.begin("parts", batches: 33)
    let outcome = try run.train("parts", "--resume")
    #expect(outcome.code == 0, "\(outcome.errors)")
    try run.expectSame("whole", "parts")
  }

  @Test(
    "The model has the figures of the training, and records and page the entropy",
    arguments: recipes)
  func saved(network: String) throws {
    let run = try run(network)
    let outcome = try run.train("a")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let model = run.path("a/model.onnx")
    let history = try TrainingHistory(folder: run.path("a"))
    for epoch in history.epochs {
      let attention = try #require(epoch.attention)
      #expect(attention.map(\.name) == ["block1.attention"])
      #expect(attention[0].entropy >= attention[0].entropyAtLeast ?? .infinity)
      #expect(attention[0].entropy <= log(4) + 1e-9)
    }
    let page = try String(contentsOfFile: run.path("a/report.html"), encoding: .utf8)
    #expect(page.contains("Entropy of attention, in nats"))
    let test = try #require(history.epochs.last?.test)
    let certified = try Program.run(
      "certify", model, "--data", "digits", "--first", "64", "--eps", "1/64", "--methods", "ibp",
      "--attack-steps", "0", "--out", run.path("certified"), "--json")
    #expect(certified.code == 0, "\(certified.errors)")
    let object = try certified.object()
    #expect(object["clean_accuracy"] as? Double == test.cleanAccuracy)
    #expect(object["certified_accuracy"] as? Double == test.verifiedAccuracy)
    // Intervals through normalisations prove nothing after so short a training.
    #expect(test.verifiedAccuracy > 0 || network == Self.recipes[1])
  }

  @Test(
    "surety lipschitz bounds it over a region, and says why not everywhere; surety verify decides")
  func questions() throws {
    let run = try run(Self.recipes[0])
    #expect(try run.train("a").code == 0)
    let model = run.path("a/model.onnx")
    let everywhere = try Program.run("lipschitz", model)
    #expect(everywhere.code == 2)
    #expect(
      everywhere.errors.contains(
        "a product has no constant that holds for all inputs; bound a region, with --around and --radius"
      ),
      "\(everywhere.errors)")
    let images = try Datasets.load("digits", split: .test)
    let input = try run.folder.file(
      "input.json", "[\(images.image(0).map { "\($0)" }.joined(separator: ","))]")
    let around = try Program.run(
      "lipschitz", model, "--around", input, "--radius", "0.01", "--json")
    #expect(around.code == 0, "\(around.errors)")
    #expect(try (around.object()["bound"] as? Double ?? 0) > 0)
    let network = try Network(contentsOf: model)
    let outputs = try network(images.image(0).map { Double($0) })
    let best = try #require(outputs.indices.max { outputs[$0] < outputs[$1] })
    let pixels = images.image(0).enumerated().flatMap { place, value in
      [
        "(declare-const X_\(place) Real)", "(assert (>= X_\(place) \(Double(value) - 1e-3)))",
        "(assert (<= X_\(place) \(Double(value) + 1e-3)))",
      ]
    }
    let classes = outputs.indices.map { "(declare-const Y_\($0) Real)" }
    let others = outputs.indices.filter { $0 != best }.map { "(and (>= Y_\($0) Y_\(best)))" }
    let property = try run.folder.file(
      "property.vnnlib",
      (pixels + classes + ["(assert (or \(others.joined(separator: " "))))"]).joined(
        separator: "\n"))
    let verified = try Program.run("verify", model, property, "--timeout", "60")
    #expect(verified.firstLine == "unsat", "\(verified.output) \(verified.errors)")
  }
}
