import TestSupport
import Testing

@testable import Tensors

/// Steps that make room for rounding, against what they are said to compute.
@Suite("Steps that round outward")
struct OutwardTests {
  @Test("Sizes of windows are factors times norms", arguments: 0..<12 as Range<UInt64>)
  func patchSizes(seed: UInt64) throws {
    try patchSizes(seed: seed, Float.self, within: 1e-5)
    try patchSizes(seed: seed, Double.self, within: 1e-13)
  }

  private func patchSizes<S: TensorScalar>(
    seed: UInt64, _ type: S.Type, within: Double
  ) throws {
    var generator = SplitMix64(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let shape: Shape = [pick(1...3), pick(1...4), pick(3...7), pick(3...7)]
    let (height, width) = (pick(1...3), pick(1...3))
    let geometry = ConvolutionGeometry(
      stride: [pick(1...3), pick(1...3)], padding: (0..<4).map { _ in pick(0...2) },
      dilation: [height < 3 ? pick(1...2) : 1, width < 3 ? pick(1...2) : 1])
    let (a, b) = (Tensor<S>.random(shape, &generator), Tensor<S>.random(shape, &generator))
    let factors = Tensor<S>.random([pick(1...3)], &generator)
    let least = seed % 2 == 0 ? 0.25 : 1e-9
    let sizes = try #require(
      Tensor<S>.patchSizes(
        lower: a, upper: b, atLeast: least, factors: factors, kernel: (height, width), geometry))
    Naive.forEachIndex(sizes.shape) { at in
      var sum = 0.0
      for channel in 0..<shape[1] {
        for down in 0..<height {
          for right in 0..<width {
            let y = at[2] * geometry.stride[0] + down * geometry.dilation[0] - geometry.padding[0]
            let x = at[3] * geometry.stride[1] + right * geometry.dilation[1] - geometry.padding[1]
            guard (0..<shape[2]).contains(y), (0..<shape[3]).contains(x) else { continue }
            let size = max(
              abs(Double(a[at[0], channel, y, x])), abs(Double(b[at[0], channel, y, x])), least)
            sum += size * size
          }
        }
      }
      let expected = Double(factors[at[1]]) * sum.squareRoot()
      #expect(abs(Double(sizes[at[0], at[1], at[2], at[3]]) - expected) <= within * abs(expected))
    }
  }

  @Test("Half widths reach as much farther as the part of the sizes", arguments: [false, true])
  func middles(rectified: Bool) {
    var generator = SplitMix64(seed: 3)
    let a = Tensor<Double>.random([2, 40], &generator)
    let width = Tensor<Double>.random([2, 40], &generator).magnitude()
    let (center, radius) = Tensor<Double>.middles(
      lower: a, upper: a + width, rectified: rectified, reach: 0.125, atLeast: 0.5)
    for index in 0..<80 {
      var (low, high) = (a.scalars[index], (a + width).scalars[index])
      if rectified { (low, high) = (max(low, 0), max(high, 0)) }
      #expect(abs(center.scalars[index] - (low + high) / 2) < 1e-15)
      let expected = (high - low) / 2 + 0.125 * max(abs(low), abs(high), 0.5)
      #expect(abs(radius.scalars[index] - expected) < 1e-15)
    }
  }

  @Test("A number that is none stays one in middles, half widths, ends and sizes")
  func notANumber() throws {
    let (nan, one) = (Tensor<Float>([1, 1, 1, 1], [.nan]), Tensor<Float>([1, 1, 1, 1], [1]))
    for (lower, upper) in [(nan, one), (one, nan)] {
      for rectified in [false, true] {
        let (center, radius) = Tensor<Float>.middles(
          lower: lower, upper: upper, rectified: rectified, reach: 0.5, atLeast: 0.5)
        #expect(center.scalars[0].isNaN && radius.scalars[0].isNaN)
        let ends = Tensor<Float>.outwardEnds(center: center, radius: one, floors: Tensor([1], [0]))
        #expect(ends.lower.scalars[0].isNaN && ends.upper.scalars[0].isNaN)
        #expect(ends.largest.scalars[0].isNaN)
      }
      let sizes = try #require(
        Tensor<Float>.patchSizes(
          lower: lower, upper: upper, atLeast: 0.5, factors: Tensor([1], [1]), kernel: (1, 1),
          ConvolutionGeometry()))
      #expect(sizes.scalars[0].isNaN)
    }
  }

  @Test("Ends are as far out as half widths and floors say", arguments: [1, 37])
  func ends(floors count: Int) {
    var generator = SplitMix64(seed: 5)
    let center = Tensor<Double>.random([3, 37], &generator)
    let radius = Tensor<Double>.random([3, 37], &generator).magnitude()
    let floors = Tensor<Double>.random(count == 1 ? [1] : [1, 37], &generator).magnitude()
    let ends = Tensor<Double>.outwardEnds(center: center, radius: radius, floors: floors)
    for example in 0..<3 {
      var most = 0.0
      for index in 0..<37 {
        let at = example * 37 + index
        let reach = radius.scalars[at] + floors.scalars[count == 1 ? 0 : index]
        #expect(ends.lower.scalars[at] == center.scalars[at] - reach)
        #expect(ends.upper.scalars[at] == center.scalars[at] + reach)
        most = max(most, abs(ends.lower.scalars[at]), abs(ends.upper.scalars[at]))
      }
      #expect(ends.largest.scalars[example] >= most)
      #expect(ends.largest.scalars[example] <= 3 * most)
    }
  }
}
