import Differentiation
import Tensors
import TestSupport
import Testing

@Suite("Gradients of steps of transformers")
struct TokenTests {
  @Test(
    "Attention, by queries, keys and values", arguments: [false, true],
    AttentionForm.Logits.allCases)
  func attention(isCausal: Bool, logits: AttentionForm.Logits) {
    var random = SplitMix64(seed: 3)
    let inputs = (0..<3).map { _ in randomTensor([2, 5, 6], &random) }
    expectGradients(inputs, seed: 3) {
      Dual.attention(
        $0[0], $0[1], $0[2],
        AttentionForm(heads: 3, scale: 0.7, isCausal: isCausal, logits: logits))
    }
    // One tensor for all three, as in attention by distances that has a constant.
    expectGradients([inputs[0]], seed: 4) {
      Dual.attention(
        $0[0], $0[0], $0[0],
        AttentionForm(heads: 2, scale: 0.7, isCausal: isCausal, logits: logits))
    }
  }

  @Test("Turns, forward and back", arguments: [false, true])
  func turns(isTransposed: Bool) {
    var random = SplitMix64(seed: 4)
    let (cosines, sines) = (randomTensor([3, 8], &random), randomTensor([3, 8], &random))
    expectGradients([randomTensor([2, 3, 8], &random)], seed: 4) {
      $0[0].turned(
        cosines: Dual(cosines), sines: Dual(sines), heads: 2, isTransposed: isTransposed)
    }
  }

  @Test("GELU, whose slope comes from a formula within 1e-6")
  func gelu() {
    var random = SplitMix64(seed: 5)
    let x = randomTensor([3, 40], in: -5...5, &random)
    let variable = Dual.variable(x)
    let result = variable.gelu()
    let rows = randomTensor([3, 40], &random)
    let found = result.gradients(of: [variable], seed: rows)[0]
    let expected = differences([x], rows: rows) { Dual($0[0]).gelu().base }[0]
    #expect(
      largestRelativeDifference(found.scalars, expected.scalars, floor: 1) < 1e-5)
  }
}
