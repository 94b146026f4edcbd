import Foundation
import ModelFiles
import Networks
import Proofs
import Tensors
import TestSupport
import Testing

@testable import Checking

/// The rule `tokens`: what is computed of a text, and how far the rows of a changed text can be from that.
@Suite("Tokens of a text")
struct TokenTests {
  // MARK: Functions

  @Test("exp and erf are within their errors of those of the mathematics library")
  func functions() {
    for step in 0...4000 {
      let x = Double(step) * 0.175
      let power = TokenFunction.exponential(ofMinus: x)
      let expected = exp(-x)
      let room = 4 * expected.ulp + TokenFunction.vanishing
      #expect(abs(power.value - expected) <= power.error * power.value + room, "\(x)")
      #expect(power.error < 1e-11)
      for y in [x / 100, -x / 100, x * 1e-9, x * 1e-200] {
        let share = TokenFunction.erf(y)
        #expect(abs(share.value - erf(y)) <= share.error + 4 * erf(y).ulp, "\(y)")
        #expect(share.error < 1e-11)
      }
    }
  }

  @Test(
    "A softmax is within its radii, hides what it is to hide, and says where it knows too little")
  func softmax() throws {
    let logits = TokenRows(
      count: 3, width: 3, [0, 5, 1e9, 2, 2, -1, 700, -700, 0], [Double](repeating: 1e-9, count: 9))
    let shares = try #require(TokenFunction.softmax(logits, isCausal: true))
    #expect(Array(shares.center[0..<3]) == [1, 0, 0])
    #expect(abs(shares.center[3] - 0.5) < 1e-15 && shares.radius[3] > 0 && shares.radius[3] < 1e-8)
    #expect(shares.center[5] == 0 && shares.radius[5] == 0)
    let all = try #require(TokenFunction.softmax(logits, isCausal: false))
    #expect(all.center[2] == 1 && all.radius[0] > 0)
    let vague = TokenRows(count: 1, width: 2, [0, 0], [0.2, 0])
    #expect(TokenFunction.softmax(vague, isCausal: false) == nil)
  }

  // MARK: Soundness

  @Test(
    "What is computed of a text holds the values, in narrow intervals",
    arguments: 0..<12 as Range<UInt64>)
  func textIsEnclosed(seed: UInt64) throws {
    let model = try TokenModel(
      seed: seed, heads: [1, 2, 4][Int(seed % 3)], blocks: 1 + Int(seed % 2),
      size: [0.2, 0.5, 1.5][Int(seed / 4)])
    for isPlain in [false, true] {
      let text = try TokenText(model.graph, tokens: model.tokens, Matrices(isPlain: isPlain))
      for step in model.graph.steps.indices where model.graph.isNeeded[step] {
        let values = model.values(of: step, at: model.embedded(model.tokens))
        let rows = try #require(text.rows[step])
        for (place, value) in values.enumerated() {
          let room = 1e-11 * (1 + abs(value))
          #expect(abs(rows.center[place] - value) <= rows.radius[place] + room)
          #expect(rows.radius[place] < 1e-6)
        }
      }
    }
  }

  @Test(
    "Rows move no farther than is said, and grow no larger, at any step",
    arguments: 0..<60 as Range<UInt64>)
  func distancesHold(seed: UInt64) throws {
    var random = SplitMix64(seed: seed + 900)
    let model = try TokenModel(
      seed: seed, heads: [1, 2, 4][Int(seed % 3)], blocks: 1 + Int(seed % 2),
      size: [0.2, 0.5, 1.5][Int(seed / 20)], logitScale: [1, 6][Int(seed / 2 % 2)])
    let text = try TokenText(model.graph, tokens: model.tokens, Matrices())
    let network = try model.checked.tokens.get()
    let stated = try network.stated(model.proof)
    let rows = model.embedded(model.tokens)
    let width = model.graph.table.columns
    let choices: [Double] = [1e-4, 0.01, 0.1, 0.6, 4]
    let size: Double = choices.randomElement(using: &random) ?? 1
    let drawn = Int.random(in: 0..<TokenModel.count, using: &random)
    let only: Int? = seed % 2 == 0 ? nil : drawn
    let embedded: [Double] = (0..<TokenModel.count).map { place -> Double in
      only == nil || only == place ? size : 0
    }
    let bounds = try TokenDistances(text, stated, from: embedded)
    for _ in 0..<12 {
      var changed = rows
      for (token, distance) in embedded.enumerated() where distance > 0 {
        var direction: [Double] = []
        for _ in 0..<width { direction.append(Double.random(in: -1...1, using: &random)) }
        let squares: Double = direction.reduce(0) { $0 + $1 * $1 }
        let factor = distance * (1 - 1e-12) / squares.squareRoot()
        for feature in 0..<width { changed[token * width + feature] += factor * direction[feature] }
      }
      for (step, distances) in bounds.distances {
        let (before, after) = (
          model.values(of: step, at: rows), model.values(of: step, at: changed)
        )
        let moved = rowDistances(before, after, count: TokenModel.count)
        let sizes = rowDistances(
          after, [Double](repeating: 0, count: after.count), count: TokenModel.count)
        for token in 0..<TokenModel.count {
          #expect(moved[token] <= distances[token] + 1e-12 * (1 + sizes[token]))
          let largest: Double = bounds.sizes[step]?[token] ?? 0
          #expect(sizes[token] <= largest * (1 + 1e-12))
        }
      }
    }
  }

  @Test("A small change along the steepest direction comes near to what is said")
  func distancesAreTight() throws {
    var best = 0.0
    for seed in 0..<6 as Range<UInt64> {
      let model = try TokenModel(seed: seed, heads: 1, size: 0.4, logitScale: 1)
      let text = try TokenText(model.graph, tokens: model.tokens, Matrices())
      let stated = try model.checked.tokens.get().stated(model.proof)
      let source = model.graph.steps[model.graph.last].inputs[0]
      let rows = model.embedded(model.tokens)
      let width = model.graph.table.columns
      let bounds = try TokenDistances(
        text, stated, from: [Double](repeating: 1e-5, count: TokenModel.count))
      let distances = try #require(bounds.distances[source])
      let before = model.values(of: source, at: rows)
      // The first place reads itself alone: its Jacobian has a row for each feature.
      var vector = [Double](repeating: 1, count: width)
      for _ in 0..<30 {
        let squares: Double = vector.reduce(0) { $0 + $1 * $1 }
        let factor = 1e-5 / squares.squareRoot()
        var changed = rows
        for feature in 0..<width { changed[feature] += factor * vector[feature] }
        let after = model.values(of: source, at: changed)
        best = max(
          best, rowDistances(before, after, count: TokenModel.count)[0] / distances[0])
        let image: [Double] = (0..<width).map { (after[$0] - before[$0]) / 1e-5 }
        for feature in 0..<width {
          var other = rows
          other[feature] += 1e-5
          let moved = model.values(of: source, at: other)
          var sum = 0.0
          for place in 0..<width { sum += (moved[place] - before[place]) / 1e-5 * image[place] }
          vector[feature] = sum
        }
      }
    }
    // Not every number is where GELU is steepest, nor does every matrix stretch what the one before gives it most.
    #expect(best > 0.3 && best <= 1, "\(best)")
  }

  @Test("Whatever other token there is, no proved prediction changes")
  func substitutionsHold() throws {
    var (proved, changed) = (0, 0)
    for seed in 0..<30 as Range<UInt64> {
      let model = try TokenModel(seed: seed, blocks: 1 + Int(seed % 2), size: 0.6)
      for epsilon in [0.2, 0.35, 0.5, 2] {
        let predictions = try model.checked.predictions(
          over: model.region(epsilon, .token), model.proof)
        proved += predictions.count { $0 != nil }
        let last = model.graph.last
        for place in 0..<TokenModel.count {
          for token in 0..<UInt32(TokenModel.vocabulary) where token != model.tokens[place] {
            var text = model.tokens
            text[place] = token
            let rows = model.embedded(text)
            let far = rowDistances(
              rows, model.embedded(model.tokens), count: TokenModel.count)[place]
            guard far / Double(model.graph.table.columns).squareRoot() <= epsilon else { continue }
            let outputs = model.values(of: last, at: rows)
            for (at, prediction) in predictions.enumerated() {
              let own = outputs[at * TokenModel.vocabulary..<(at + 1) * TokenModel.vocabulary]
              let best = (own.firstIndex(of: own.max() ?? 0) ?? 0) - own.startIndex
              if let prediction { #expect(best == prediction) } else { changed += 1 }
            }
          }
        }
      }
    }
    #expect(proved > 20 && changed > 20, "\(proved) \(changed)")
  }
}
