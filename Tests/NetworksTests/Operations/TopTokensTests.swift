import Networks
import Tensors
import TestSupport
import Testing

@Suite("The tokens with the largest scores")
struct TopTokensTests {
  private func marks(_ scores: [Double], _ kept: Int, of tokens: Int) -> [Double] {
    TopTokens(kept, of: tokens).evaluate(
      [Tensor<Double>([scores.count / tokens, 1, tokens, 1], scores)], Parameters([])
    ).scalars
  }

  @Test("As many are marked as are kept: the first of a sorting that leaves equal scores in order")
  func sorting() {
    var g = SplitMix64(seed: 3)
    for tokens in 1...9 {
      for kept in 1...tokens {
        for values in [2, 4, 1000] {
          let scores = (0..<3 * tokens).map { _ in
            Double(Int.random(in: 0..<values, using: &g)) - 1
          }
          let found = marks(scores, kept, of: tokens)
          for example in 0..<3 {
            let own = example * tokens..<(example + 1) * tokens
            let order = own.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
            let first = Set(order.prefix(kept))
            #expect(own.map { found[$0] } == own.map { first.contains($0) ? 1 : 0 })
          }
        }
      }
    }
  }

  @Test("Zeros of both signs are equal, infinite scores have their places")
  func extremes() {
    #expect(marks([0, -0.0, 0, -0.0], 2, of: 4) == [1, 1, 0, 0])
    #expect(marks([-.infinity, 1, .infinity, 2], 2, of: 4) == [0, 0, 1, 1])
    #expect(
      marks([.leastNormalMagnitude / 4, 0, .leastNormalMagnitude / 2], 1, of: 3) == [0, 0, 1])
  }

  @Test("What is no column of scores, or keeps no token or too many, is refused")
  func shapes() {
    func message(_ operation: TopTokens, _ inputs: Shape...) -> String? {
      #expect(throws: ShapeMismatch.self) {
        try operation.outputShape(inputs) { _ in [] }
      }?.description
    }
    #expect(
      message(TopTokens(2, of: 4), [1, 3, 1]) == "scores of 4 tokens are [..., 4, 1], got 1x3x1")
    #expect(
      message(TopTokens(2, of: 4), [1, 4, 2]) == "scores of 4 tokens are [..., 4, 1], got 1x4x2")
    #expect(message(TopTokens(0, of: 4), [1, 4, 1]) == "0 of 4 tokens cannot be kept")
    #expect(message(TopTokens(5, of: 4), [1, 4, 1]) == "5 of 4 tokens cannot be kept")
    #expect(
      message(TopTokens(2, of: 4), [1, 4, 1], [1, 3, 8])
        == "shape mismatch: scores 1x4x1 of sums over 1x3x8")
  }
}
