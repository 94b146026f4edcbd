import Datasets
import Federation
import Foundation
import Networks
import Tensors
import Testing
import Training

/// Trainings of some steps on the embedded digits.
struct SmallTraining {
  let trainer: Trainer

  /// - Parameters:
  ///   - network: What stands in the recipe's section on the network.
  ///   - settings: Further settings.
  ///   - images: The training images.
  init(
    network: String = "architecture: mlp, hidden: [16], normalization: full",
    _ settings: [String] = [], on images: ImageSet? = nil
  ) throws {
    // Methods without bounds have no radius that grows.
    let isBounded = !settings.contains { ["method=clean", "method=adversarial"].contains($0) }
    let recipe = try Recipe(
      yaml: """
        method: ibp
        epochs: 4
        batch: 40
        data: {name: digits}
        network: {\(network)}
        epsilon: {test: 1/16\(isBounded ? ", start: 1, length: 1" : "")}
        """, source: "test", settings: settings)
    let images = try images ?? Datasets.digits(.train).first(200)
    let empty = try #require(try recipe.emptyNetwork(for: images))
    trainer = try Trainer(
      recipe, empty.initialized(recipe.network.initialization, seed: UInt64(recipe.seed)),
      on: images)
  }

  /// The state after some batches.
  func trained(_ batches: Int, by shares: (any ShareComputing)? = nil) throws -> TrainingState {
    var state = trainer.initialState
    let reader = trainer.batches.reader(upTo: trainer.recipe.epochs)
    defer { reader.stop() }
    while state.batches < batches, let batch = reader.next() {
      try trainer.train(batch, &state, by: shares)
    }
    #expect(state.batches == batches)
    return state
  }
}

extension TrainingState {
  /// The state with totals that hold no time.
  var timeless: TrainingState {
    var state = self
    state.totals.seconds = 0
    return state
  }
}
