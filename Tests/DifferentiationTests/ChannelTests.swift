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
  .init(name: "channelMoments, values alone", inputs: [[3, 4]]) {
    $0[0].channelMoments(axis: 1).values
  },
  .init(name: "channelMoments, all three", inputs: [[2, 1, 3, 2, 2]]) {
    let moments = $0[0].channelMoments(axis: 2)
    return moments.values.channelScaled(moments.mean, adding: moments.variance, axis: 2)
  },
  .init(name: "channelScaled and a summand", inputs: [[3, 2, 4], [2], [2], [3, 2, 4]]) {
    $0[0].channelScaled($0[1], adding: $0[2], and: $0[3], axis: 1)
  },
  .init(name: "channelRectified", inputs: [[3, 2, 4], [2], [2]]) {
    $0[0].channelRectified($0[1], adding: $0[2], axis: 1)
  },
  .init(name: "channelRectified without a shift", inputs: [[2, 1, 3, 2, 2], [3]]) {
    $0[0].channelRectified($0[1], adding: nil, axis: 2)
  },
  .init(name: "channelRectifiedGradient", inputs: [[3, 2, 4], [3, 2, 4], [2], [2]]) {
    let rows = $0[0].channelRectifiedGradient($0[1], $0[2], adding: $0[3], axis: 1)
    return rows.elements.channelScaled(rows.scale, adding: rows.shift, axis: 1)
  },
  .init(name: "rectified, scaled", inputs: [[2, 3, 4], [2, 3, 4], [3], [3]]) {
    let image = Dual.rectified(
      ScaledInterval(
        center: $0[0], radius: $0[1].magnitude(), scale: $0[2], shift: $0[3], axis: 1))
    return .concatenated(
      [image.center, image.radius * 3].map { $0.reshaped([24]) } + [image.sums.value], axis: 0)
  },
  .init(name: "rectified", inputs: [[4, 3], [4, 3]]) {
    let image = Dual.rectified(ScaledInterval(center: $0[0], radius: $0[1].magnitude()))
    return .concatenated([image.center, image.radius * 3], axis: 0)
  },
  .init(name: "rectified, middle alone", inputs: [[5], [5]]) {
    Dual.rectified(ScaledInterval(center: $0[0], radius: $0[1].magnitude())).center
  },
  .init(name: "rectified, half width alone", inputs: [[5], [5]]) {
    Dual.rectified(ScaledInterval(center: $0[0], radius: $0[1].magnitude())).radius
  },
  .init(name: "rectified, sums alone", inputs: [[5], [5]]) {
    Dual.rectified(ScaledInterval(center: $0[0], radius: $0[1].magnitude())).sums.value
  },
  .init(name: "rectifiedGradient", inputs: [[2, 3], [2, 3], [2, 3], [2, 3], [8], [3], [3]]) {
    let rows = Dual.rectifiedGradient(
      ScaledInterval(
        center: $0[0], radius: $0[1].magnitude(), scale: $0[5], shift: $0[6], axis: 1),
      center: $0[2], radius: $0[3], sums: $0[4])
    return (rows.center * rows.radius).channelScaled(rows.scale, adding: rows.shift, axis: 1)
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
