import Foundation
import Surety
import TestSupport
import Testing

@Suite("A training run that cannot succeed")
struct DivergenceTests {
  /// Expects exit code 1, one line with the reason, a readable record and no model.
  private func expectDiverged(_ tiny: TinyTraining, _ reason: String) throws {
    let outcome = try tiny.train("out")
    #expect(outcome.code == 1)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("surety: training diverged in epoch "))
    #expect(outcome.errors.hasSuffix("; no model was written\n"))
    #expect(outcome.errors.contains(reason), "\(outcome.errors)")
    let history = try TrainingHistory(folder: tiny.path("out"))
    #expect(history.run.status == .diverged)
    #expect(try #require(history.run.reason).contains(reason))
    #expect(history.run.modelDigest == nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: tiny.path("out"))
    #expect(!names.contains { $0.hasSuffix(".onnx") }, "\(names)")
    // Whatever was kept to go on from has finite numbers.
    if let found = try CheckpointStore(folder: tiny.path("out")).latest() {
      for tensor in found.archive.tensors {
        guard case .float32(let values) = tensor.elements else { continue }
        let areFinite = values.allSatisfy(\.isFinite)
        #expect(areFinite, "\(tensor.name)")
      }
    }
  }

  @Test("ends when a number is not finite, and saves none of them", arguments: ["adam", "sgd"])
  func notFinite(optimizer: String) throws {
    try expectDiverged(
      TinyTraining(
        epochs: 4,
        more: "optimizer: {kind: \(optimizer), learning-rate: 1e38, clip: none}"), " is ")
  }

  @Test("ends when the last step of a run leaves the numbers")
  func lastStep() throws {
    // All images in one batch: nothing looks at the weights after the only step but what saves them.
    let tiny = try TinyTraining(
      epochs: 1, epsilon: "test: 1/16, ramp: constant",
      more: """
        optimizer: {kind: sgd, learning-rate: 3e38, clip: none, momentum: 0, weight-decay: 1}
        evaluation: {first: 64, certify: 0}
        """)
    let text = try String(contentsOfFile: tiny.recipe, encoding: .utf8)
    try text.replacing("batch: 64", with: "batch: 100000")
      .write(toFile: tiny.recipe, atomically: true, encoding: .utf8)
    try expectDiverged(tiny, "a weight is not finite")
  }

  @Test(
    "ends when the network keeps to one constant answer, from the start or after it had learnt",
    arguments: [
      // Within a radius of 1 all images are one region, so no other answer has a smaller loss.
      ("none", "test: 1, ramp: constant", "2e-3", "the network learns nothing: for "),
      // The first epoch learns without a radius; then that is too large, and so are the steps.
      ("full", "test: 1/2, start: 2, length: 1", "1/4", "the network collapsed: for "),
    ])
  func collapse(normalization: String, epsilon: String, rate: String, reason: String) throws {
    let tiny = try TinyTraining(
      epochs: 60, network: "architecture: mlp, hidden: [16], normalization: \(normalization)",
      epsilon: epsilon,
      more: """
        optimizer: {learning-rate: \(rate)}
        evaluation: {first: 64, every: 60, certify: 0}
        """)
    try expectDiverged(tiny, reason)
    #expect(try TrainingHistory(folder: tiny.path("out")).epochs.count < 60)
  }
}
