import Datasets
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Entropy of attention")
struct AttentionRowsTests {
  private func entropy(_ logits: [Double]) -> Double {
    let top = logits.max() ?? 0
    let sizes = logits.map { exp($0 - top) }
    let total = sizes.reduce(0, +)
    return sizes.reduce(0) { $0 - ($1 > 0 ? $1 / total * log($1 / total) : 0) }
  }

  @Test(
    "The least entropy has the values of the specification",
    arguments: [
      (2, 1.0, 0.4941999170), (4, 2, 0.7909450706), (16, 4, 1.0180397662), (64, 1, 4.1436986644),
      (64, 8, 0.1764992799),
    ])
  func vectors(tokens: Int, size: Double, expected: Double) {
    #expect(abs(AttentionRows.leastEntropy(logits: size, tokens: tokens) - expected) < 1e-9)
  }

  @Test(
    "It is log T for logits that do not differ, 0 for one token, and falls with the logits' size")
  func limits() {
    for tokens in [2, 5, 64] {
      #expect(
        abs(AttentionRows.leastEntropy(logits: 0, tokens: tokens) - log(Double(tokens))) < 1e-12)
      var last = Double.infinity
      for size in stride(from: 0.0, through: 40, by: 0.5) {
        let value = AttentionRows.leastEntropy(logits: size, tokens: tokens)
        #expect(value >= 0 && value < last)
        last = value
      }
    }
    #expect(AttentionRows.leastEntropy(logits: 3, tokens: 1) == 0)
  }

  @Test("No row of logits has less, and one spike has as much")
  func sampled() {
    var g = SplitMix64(seed: 41)
    for _ in 0..<2_000 {
      let tokens = Int.random(in: 2...20, using: &g)
      var logits = (0..<tokens).map { _ in Double.random(in: -1...1, using: &g) }
      if Bool.random(using: &g) {
        // Several spikes of one height.
        let spikes = Int.random(in: 1...tokens, using: &g)
        logits = (0..<tokens).map { $0 < spikes ? 1 : 0 }
      }
      let scale = Double.random(in: 0...12, using: &g)
      let mean = logits.reduce(0, +) / Double(tokens)
      let norm = logits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
      let least = AttentionRows.leastEntropy(logits: norm * scale, tokens: tokens)
      #expect(entropy(logits.map { $0 * scale }) >= least - 1e-12)
    }
    for (tokens, size) in [(2, 1.0), (5, 3), (30, 6)] {
      let height = size * (Double(tokens) / Double(tokens - 1)).squareRoot()
      let logits = [height] + [Double](repeating: 0, count: tokens - 1)
      #expect(
        abs(entropy(logits) - AttentionRows.leastEntropy(logits: size, tokens: tokens)) < 1e-12)
    }
  }

  @Test(
    "Every row of a network has at least what its norms say", arguments: [0.2, 1, 4],
    [VisionTransformer.Normalization.none, .layer, .rms])
  func rows(size: Double, normalization: VisionTransformer.Normalization) throws {
    for seed in 0..<6 as Range<UInt64> {
      var g = SplitMix64(seed: 42 + seed)
      var network = try VisionTransformer(
        patch: 2, width: 8, layers: 2, heads: 2, normalization: normalization
      ).network(for: ImageTask(shape: [1, 8, 8], classes: 3)).initialized(.xavier, seed: seed)
      for (index, parameter) in network.parameters.enumerated()
      where parameter.name.hasSuffix("queries.weight") || parameter.name.hasSuffix("keys.weight") {
        network.setValue(parameter.value * size, of: ParameterID(index))
      }
      let x = Tensor<Double>(
        [3, 1, 1, 8, 8], (0..<192).map { _ in Double.random(in: 0...1, using: &g) })
      let found = AttentionRows.all(of: network, on: x)
      #expect(found.map(\.name) == ["block1.attention", "block2.attention"])
      for rows in found {
        let floors = try #require(rows.floors)
        #expect(rows.entropies.count == 3 * 2 * 16 && floors.count == rows.entropies.count)
        for (entropy, floor) in zip(rows.entropies, floors) {
          #expect(entropy >= floor && entropy <= log(16) + 1e-12 && floor >= 0)
        }
        // Where logits are small the floor is no empty statement.
        if size == 0.2 { #expect(floors.contains { $0 > 0.5 }) }
        let record = try #require(rows.record)
        #expect(record.entropy >= record.entropyAtLeast ?? .infinity)
      }
    }
  }

  @Test("So has every row of a transformer of tokens, whose rows see those before them only")
  func causalRows() throws {
    var g = SplitMix64(seed: 51)
    for size in [0.3, 2] {
      var network = try LipschitzTransformer(
        vocabulary: 7, tokens: 9, width: 12, blocks: 2, heads: 3, expansion: 2
      ).network()
      for id in network.trainableParameters {
        let shape = network.parameters[id.index].value.shape
        network.setValue(
          Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -size...size, using: &g) }),
          of: id)
      }
      let x = Tensor<Double>(
        [4, 1, 9], (0..<36).map { _ in Double(Int.random(in: 0..<7, using: &g)) })
      for rows in AttentionRows.all(of: network, on: x) {
        let floors = try #require(rows.floors)
        #expect(floors.count == rows.entropies.count && floors.count == 4 * 3 * 9)
        for (place, (entropy, floor)) in zip(rows.entropies, floors).enumerated() {
          #expect(entropy >= floor - 1e-12)
          if place % 9 == 0 { #expect(floor == 0 && entropy < 1e-12) }
        }
      }
    }
  }

  @Test("Queries with a bias have no floor, and keys' biases do not matter")
  func biases() throws {
    for part in ["queries", "keys"] {
      var g = SplitMix64(seed: 43)
      var network = Network(input: [1, 5, 4])
      func layer(_ name: String) throws -> Int {
        let weight = network.addParameter(
          "\(name).weight",
          Tensor([4, 4], (0..<16).map { _ in Double.random(in: -1...1, using: &g) })
        )
        let bias =
          name == part
          ? network.addParameter("\(name).bias", Tensor(repeating: 3, [4])) : nil
        return try network.add(Linear(weight: weight, bias: bias), [0], named: name)
      }
      let inputs = [try layer("queries"), try layer("keys"), try layer("values")]
      try network.add(Attention(AttentionForm(heads: 2, scale: 0.7, isCausal: false)), inputs)
      let x = Tensor<Double>(
        [2, 1, 5, 4], (0..<40).map { _ in Double.random(in: -1...1, using: &g) })
      let rows = try #require(AttentionRows.all(of: network, on: x).first)
      #expect((rows.floors == nil) == (part == "queries"))
      for (entropy, floor) in zip(rows.entropies, rows.floors ?? []) { #expect(entropy >= floor) }
    }
  }
}
