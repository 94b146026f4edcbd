import Foundation
import Surety
import TestSupport
import Testing

/// Training runs that take a second: a small normalised perceptron on the embedded digits.
struct TinyTraining {
  let folder: TemporaryFolder
  let recipe: String

  /// - Parameters:
  ///   - network: What stands in the recipe's section on the network.
  ///   - more: Further lines.
  init(
    epochs: Int, network: String = "architecture: mlp, hidden: [16], normalization: full",
    epsilon: String? = nil, more: String = "evaluation: {first: 64, certify: 0}"
  ) throws {
    folder = try TemporaryFolder()
    recipe = try folder.file(
      "recipe.yaml",
      """
      method: ibp
      epochs: \(epochs)
      batch: 64
      data: {name: digits}
      network: {\(network)}
      epsilon: {\(epsilon ?? "test: 1/16, start: 1, length: \(epochs / 2)")}
      \(more)
      """)
  }

  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  func arguments(_ out: String, _ more: String...) -> [String] {
    ["train", recipe, "--out", path(out)] + more
  }

  func train(_ out: String, _ more: String...) throws -> Program.Outcome {
    try Program.run(arguments(out) + more)
  }

  /// Trains some batches and stops as Ctrl-C does.
  func begin(_ out: String, batches: Int) throws {
    let session = try TrainingSession(
      Recipe.named(recipe, settings: []), folder: path(out), resumes: false)
    var done = 0
    let status = try session.train(isStopped: { done == batches }) { _ in done += 1 }
    #expect(status == .stopped)
  }

  /// Compares the models and the records of two finished runs, all but the times.
  func expectSame(_ first: String, _ second: String) throws {
    let (a, b) = (
      try TrainingHistory(folder: path(first)), try TrainingHistory(folder: path(second))
    )
    #expect(a.run.status == .finished && b.run.status == .finished)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: path("\(first)/model.onnx")))
        == Data(contentsOf: URL(fileURLWithPath: path("\(second)/model.onnx"))))
    #expect(a.epochs.map(Self.timeless) == b.epochs.map(Self.timeless))
    #expect(a.run.radii == b.run.radii)
  }

  private static func timeless(_ epoch: EpochRecord) -> EpochRecord {
    var epoch = epoch
    (epoch.seconds, epoch.imagesPerSecond) = (0, 0)
    return epoch
  }
}
