import Datasets
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Steps late in training")
struct LateUpdateTests {
  /// The mean length of a step against that of its matrix, over the hidden matrices of a small transformer and the last tenth of its steps.
  private func relativeUpdate(_ constraint: String) throws -> Double {
    let folder = try TemporaryFolder()
    var g = SplitMix64(seed: 12)
    // Letters that follow from the two before them, with errors, so that there is always something to learn.
    var letters = Array("ab")
    while letters.count < 4_000 {
      let next = letters.suffix(2).reduce(0) { 3 * $0 + Int($1.asciiValue ?? 0) } % 8
      let random = Int.random(in: 0..<8, using: &g)
      letters.append(Array("abcdefgh")[Bool.random(using: &g) ? next : random])
    }
    let file = try folder.file("text.txt", String(letters))
    func recipe(_ constraint: String) throws -> TextRecipe {
      try TextRecipe(
        yaml: """
          task: text
          epochs: 12
          batch: 8
          data: {file: \(file)}
          network: {tokens: 12, width: 16, blocks: 1, heads: 2, expansion: 2, final-scale: 16}
          optimizer: {kind: adam, learning-rate: 0.02, schedule: linear}
          constraint: {kind: \(constraint)}
          """, source: "r.yaml")
    }
    let text = try TextSet(
      contentsOf: file, recipe("none").data.tokenizer, validation: recipe("none").data.validation)
    let trainer = try TextTrainer(recipe(constraint), on: text)
    // Both begin with the same matrices, of units.
    let kept = try TextTrainer(recipe("unit-hidden"), on: text)
    var state = trainer.initialState
    state.parameters = kept.initialState.parameters
    let trainable = trainer.network.trainableParameters
    let axes = trainer.network.unitAxes(.unitHidden, trainable)
    let hidden = zip(trainable, axes).filter { $0.1 != nil }.map(\.0)
    #expect(hidden.count == 6)
    var (sum, count) = (0.0, 0)
    while state.batches < trainer.batchCount {
      let before = state.parameters
      try trainer.train(&state)
      guard state.batches > trainer.batchCount * 9 / 10 else { continue }
      for id in hidden {
        let step = state.parameters[id.index] - before[id.index]
        sum += step.frobeniusNorm / before[id.index].frobeniusNorm
        count += 1
      }
    }
    return sum / Double(count)
  }

  @Test("They move matrices that are kept at unit length further than those that grow")
  func kept() throws {
    let (free, kept) = (try relativeUpdate("none"), try relativeUpdate("unit-hidden"))
    #expect(kept > 1.2 * free && free > 0, "\(kept) against \(free)")
  }
}
