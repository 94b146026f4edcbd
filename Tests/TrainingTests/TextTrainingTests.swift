import Datasets
import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Training on text")
struct TextTrainingTests {
  static let yaml = """
    task: text
    epochs: 6
    batch: 4
    data: {file: FILE}
    network: {tokens: 12, width: 16, blocks: 1, heads: 2, expansion: 2, final-scale: 16}
    optimizer: {kind: muon, learning-rate: 0.2}
    constraint: {kind: soft-cap, limit: 1.5}
    """

  let folder: TemporaryFolder
  let file: String

  init() throws {
    folder = try TemporaryFolder()
    // Each letter follows from the one before, so that there is something to learn.
    file = try folder.file("text.txt", String(repeating: "abcdefgh ", count: 300))
  }

  private func recipe(_ settings: String...) throws -> TextRecipe {
    try TextRecipe(
      yaml: Self.yaml, source: "r.yaml", settings: ["data.file=\(file)"] + settings)
  }

  private func text(_ recipe: TextRecipe) throws -> TextSet {
    try TextSet(
      contentsOf: recipe.data.file, recipe.data.tokenizer, validation: recipe.data.validation)
  }

  @Test("A network learns what follows, and equal runs are equal")
  func learning() throws {
    let recipe = try recipe()
    let text = try text(recipe)
    func run() throws -> TrainingState {
      let trainer = try TextTrainer(recipe, on: text)
      var state = trainer.initialState
      while state.batches < trainer.batchCount { try trainer.train(&state) }
      return state
    }
    let state = try run()
    let trainer = try TextTrainer(recipe, on: text)
    let record = try #require(
      TextEvaluation(
        trainer.result(state), on: text.validation, window: 12
      ).record())
    // Chance is one in nine; the first place of a window sees one letter, which is enough.
    #expect(record.accuracy > 0.9, "\(record)")
    let bound = try #require(record.bound)
    #expect(bound > 0 && bound < 1000)
    #expect(record.attentionEntropy.count == 1 && record.largestActivation > 0)
    let floor = try #require(record.attentionEntropyAtLeast)
    #expect(floor.count == 1 && floor[0] >= 0 && floor[0] <= record.attentionEntropy[0])
    let again = try run()
    #expect(again.parameters == state.parameters && again.optimizer == state.optimizer)
  }

  @Test("Attention by distances learns what follows as well, and so do steps shared by masses")
  func distancesAndMasses() throws {
    for settings in [
      ["network.attention=l2"], ["optimizer.masses=modular", "optimizer.block-mass=4"],
    ] {
      let recipe = try TextRecipe(
        yaml: Self.yaml, source: "r.yaml", settings: ["data.file=\(file)"] + settings)
      let text = try text(recipe)
      let trainer = try TextTrainer(recipe, on: text)
      var state = trainer.initialState
      while state.batches < trainer.batchCount { try trainer.train(&state) }
      let record = try #require(
        TextEvaluation(trainer.result(state), on: text.validation, window: 12).record())
      #expect(record.accuracy > 0.6, "\(settings): \(record)")
      let bound = try #require(record.bound)
      #expect(bound > 0 && bound < 1000)
      #expect((record.attentionEntropyAtLeast == nil) == settings[0].hasSuffix("l2"))
    }
  }

  @Test("A run that is stopped and read back goes on as if it had not been")
  func resuming() throws {
    let recipe = try recipe()
    let text = try text(recipe)
    let trainer = try TextTrainer(recipe, on: text)
    var whole = trainer.initialState
    for _ in 0..<9 { try trainer.train(&whole) }
    var state = trainer.initialState
    for _ in 0..<4 { try trainer.train(&state) }
    let archive = try state.archive(trainer.network, recipe: recipe.yaml, data: text.digest)
    var again = try trainer.state(archive, source: "checkpoint", data: text.digest)
    for _ in 0..<5 { try trainer.train(&again) }
    #expect(again.parameters == whole.parameters && again.optimizer == whole.optimizer)
    let other = try TextTrainer(self.recipe("seed=1"), on: text)
    #expect(throws: InputError.self) {
      try other.state(archive, source: "checkpoint", data: text.digest)
    }
    #expect(throws: InputError.self) {
      try trainer.state(archive, source: "checkpoint", data: "another")
    }
  }

  @Test("The loss and its gradient are those of central differences")
  func loss() {
    var g = SplitMix64(seed: 6)
    let logits = Tensor<Float>(
      [2, 1, 3, 5], (0..<30).map { _ in Float(Double.random(in: -2...2, using: &g)) })
    let targets: [Int32] = [0, 4, 2, 2, 1, 3]
    let found = NextTokens(logits, targets)
    for place in 0..<30 {
      func loss(_ shift: Float) -> Double {
        var moved = logits
        moved.withMutableElements { $0[place] += shift }
        return NextTokens(moved, targets).loss
      }
      let slope = (loss(0.01) - loss(-0.01)) / 0.02
      #expect(abs(slope - Double(found.gradient.scalars[place])) < 1e-4)
    }
    // Two outputs that are equally large are no answer.
    #expect(NextTokens(Tensor([1, 1, 1, 3], [1, 1, 0]), [0]).correct == 0)
  }

  @Test("Windows lie side by side, each epoch elsewhere, and what follows a window is its target")
  func windows() throws {
    let tokens = (0..<100).map { Int32($0) }
    let batches = try TextBatches(tokens, window: 7, size: 3, seed: 1, source: "t")
    #expect(batches.batchesPerEpoch == 4)
    var starts: [[Int32]] = []
    for epoch in 0..<4 {
      var seen: [Int32] = []
      for batch in 0..<batches.batchesPerEpoch {
        let made = batches.batch(at: BatchPosition(epoch: epoch, batch: batch))
        #expect(made.count == 3)
        #expect(zip(made.inputs, made.targets).allSatisfy { $0 + 1 == $1 })
        seen += made.inputs
      }
      #expect(Set(seen).count == seen.count)
      starts.append(seen)
    }
    #expect(Set(starts).count == 4)
    #expect(throws: InputError.self) {
      try TextBatches(tokens, window: 50, size: 2, seed: 1, source: "t")
    }
  }

  @Test("Tokenizers give texts back, and refuse what they do not know")
  func tokenizers() throws {
    let text = "to be,\nor nöt ☃"
    for kind in [Tokenizer.Kind.characters, .bytes] {
      let tokenizer = Tokenizer(kind, of: text)
      let tokens = try tokenizer.tokens(of: text, source: "t")
      #expect(tokenizer.text(of: tokens) == text)
      #expect(tokens.allSatisfy { $0 >= 0 && $0 < Int32(tokenizer.count) })
      let path = "\(folder.path)/\(kind.rawValue).json"
      try tokenizer.write(to: path)
      #expect(try Tokenizer(contentsOf: path) == tokenizer)
    }
    #expect(throws: InputError.self) {
      try Tokenizer(.characters, of: "ab").tokens(of: "abc", source: "t")
    }
    for broken in [
      "{}", "[]", #"{"kind":"characters","characters":[]}"#,
      #"{"kind":"characters","characters":["ab"]}"#,
      #"{"kind":"characters","characters":["a","a"]}"#, #"{"kind":"bytes","characters":["a"]}"#,
    ] {
      let path = try folder.file("broken.json", broken)
      #expect(throws: InputError.self) { try Tokenizer(contentsOf: path) }
    }
  }

  @Test("Recipes for text read back as they are written", arguments: Recipe.builtInForText)
  func roundTrip(summary: Recipe.Summary) throws {
    let recipe = try TextRecipe.named(summary.name)
    #expect(recipe.name == summary.name)
    #expect(try TextRecipe(yaml: recipe.yaml, source: "again.yaml") == recipe)
    #expect(try AnyRecipe.isForText(summary.name))
    #expect(try recipe.architecture(vocabulary: 65).network().outputShape[-1] == 65)
  }

  @Test(
    "What is wrong with a recipe for text is named",
    arguments: [
      ("network.heads=3", "network.width"), ("network.tokens=1", "network.tokens"),
      ("data.validation=0", "data.validation"), ("data.validation=1", "data.validation"),
      ("epsilon.test=1", "epsilon"), ("task=images", "task"), ("method=ibp", "method"),
      ("data.tokenizer=words", "data.tokenizer"), ("constraint.strength=1", "constraint.strength"),
    ])
  func mistakes(_ setting: String, _ place: String) throws {
    let error = #expect(throws: InputError.self) { try recipe(setting) }
    #expect(error?.description.contains(place) == true, "\(error.map(\.description) ?? "")")
  }
}
