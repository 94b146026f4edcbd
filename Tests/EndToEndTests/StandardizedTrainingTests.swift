import Foundation
import Surety
import TestSupport
import Testing

@Suite("Training with standardised kernels")
struct StandardizedTrainingTests {
  private static let recipes = [
    "architecture: conv-med, width: 2, linear: 8, normalization: full, weights: weight-standardization, "
      + "statistics: estimated",
    "architecture: conv-med, width: 2, linear: 8, weights: scaled-weight-standardization, gain: intervals",
    "architecture: conv-med, width: 2, linear: 8, normalization: full, weights: weight-standardization, "
      + "channel-groups: 2",
  ]

  private func run(_ network: String) throws -> TinyTraining {
    try TinyTraining(
      epochs: 4, network: network,
      more: "averaging: {kind: ema, decay: 0.9}\nevaluation: {first: 64, certify: 0}")
  }

  @Test("A run that was stopped and resumed ends in the same model", arguments: recipes)
  func resumed(network: String) throws {
    let run = try run(network)
    #expect(try run.train("whole").code == 0)
    try run.begin("parts", batches: 33)
    let outcome = try run.train("parts", "--resume")
    #expect(outcome.code == 0, "\(outcome.errors)")
    try run.expectSame("whole", "parts")
  }

  @Test("The model is a plain network with the figures that the training found", arguments: recipes)
  func saved(network: String) throws {
    let run = try run(network)
    #expect(try run.train("a").code == 0)
    let model = run.path("a/model.onnx")
    let saved = try Network(contentsOf: model)
    for parameter in saved.parameters {
      #expect(!parameter.name.hasSuffix(".gain"), "\(parameter.name)")
      guard parameter.value.shape.rank == 4, parameter.value.shape[0] > 1,
        parameter.value.count > 50
      else { continue }
      // Standardised: the numbers of an output have mean 0.
      let size = parameter.value.shape.dropping(1).count
      for row in 0..<parameter.value.shape[0] {
        let own = parameter.value.scalars[row * size..<(row + 1) * size]
        #expect(abs(own.reduce(0, +)) < 1e-4 * own.reduce(0) { $0 + abs($1) }, "\(parameter.name)")
      }
    }
    let history = try TrainingHistory(folder: run.path("a"))
    let test = try #require(history.epochs.last?.test)
    let certified = try Program.run(
      "certify", model, "--data", "digits", "--first", "64", "--eps", "1/16", "--methods", "ibp",
      "--attack-steps", "0", "--out", run.path("certified"), "--json")
    #expect(certified.code == 0, "\(certified.errors)")
    let object = try certified.object()
    #expect(object["clean_accuracy"] as? Double == test.cleanAccuracy)
    #expect(object["certified_accuracy"] as? Double == test.verifiedAccuracy)
    #expect(test.cleanAccuracy > 0.1)
  }

  @Test("Networks without such convolutions are refused, with what would do")
  func refused() throws {
    let run = try TinyTraining(
      epochs: 4,
      network: "architecture: mlp, hidden: [16], weights: scaled-weight-standardization")
    let outcome = try run.train("a")
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains(
        "mlp: cannot be trained by ibp: it has no convolution for network.weights: "
          + "scaled-weight-standardization; expected plain"), "\(outcome.errors)")
  }
}
