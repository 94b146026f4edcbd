import Differentiation
import Tensors
import TestSupport
import Testing

private let cases: [PrimitiveCase] = [
  .init(name: "channelScaled", inputs: [[3, 2, 4], [2], [2]]) {
    $0[0].channelScaled($0[1], adding: $0[2], axis: 1)
  },
  .init(name: "channelScaled without a shift", inputs: [[2, 1, 3, 2, 2], [3]]) {
    $0[0].channelScaled($0[1], adding: nil, axis: 2)
  },
  .init(name: "channelSums", inputs: [[3, 2, 4], [3, 2, 4]]) {
    let sums = $0[0].channelSums($0[1], axis: 1)
    return sums.dots * sums.sums
  },
  .init(name: "channelMoments", inputs: [[3, 2, 2, 2]]) {
    let moments = $0[0].channelMoments(axis: 1)
    return .concatenated([moments.mean, moments.variance], axis: 0)
  },
  .init(name: "channelMoments, mean alone", inputs: [[3, 4]]) {
    $0[0].channelMoments(axis: 1).mean
  },
  .init(name: "channelMoments, variance alone", inputs: [[2, 1, 3, 2, 2]]) {
    $0[0].channelMoments(axis: 2).variance
  },
  .init(name: "intervalPositivePart", inputs: [[4, 3], [4, 3]]) {
    let image = Dual.intervalPositivePart(center: $0[0], radius: $0[1].magnitude())
    return .concatenated([image.center, image.radius * 3], axis: 0)
  },
  .init(name: "intervalPositivePart, middle alone", inputs: [[5], [5]]) {
    Dual.intervalPositivePart(center: $0[0], radius: $0[1].magnitude()).center
  },
  .init(name: "intervalPositivePart, half width alone", inputs: [[5], [5]]) {
    Dual.intervalPositivePart(center: $0[0], radius: $0[1].magnitude()).radius
  },
  .init(name: "intervalPositivePartGradient", inputs: [[5], [5], [5], [5]]) {
    let image = Dual.intervalPositivePartGradient(
      center: $0[0], radius: $0[1].magnitude(), rows: ($0[2], $0[3]))
    return image.center * image.radius
  },
  .init(name: "masked", inputs: [[5], [5]]) { $0[0].masked(by: $0[1]) },
]

@Suite("The gradient of a fused step of training agrees with central differences")
struct ChannelTests {
  @Test("Fused steps", arguments: cases)
  func fusedSteps(_ example: PrimitiveCase) {
    for seed in 0..<3 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let inputs = example.inputs.map { randomTensor($0, in: example.range, &random) }
      expectGradients(inputs, seed: seed + 100, example.evaluate)
    }
  }
}
