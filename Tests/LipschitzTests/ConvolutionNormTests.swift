import Networks
import Tensors
import TestSupport
import Testing

@testable import Lipschitz

@Suite("Verified norms of convolutions")
struct ConvolutionNormTests {
  private func map(
    _ kernel: Shape, _ values: [Double], input: [Int], _ geometry: ConvolutionGeometry
  ) -> ConvolutionMap {
    let size = geometry.outputSize(
      height: input[0], width: input[1], kernel: (kernel[2], kernel[3]))
    return ConvolutionMap(
      kernel: Tensor(kernel, values), roundoff: .zero, geometry: geometry, input: input,
      output: [size.height, size.width])
  }

  @Test(
    "The torus's norm is at least that of the whole matrix, for every stride, padding and dilation")
  func torus() {
    var generator = SplitMix64(seed: 11)
    var tightest = 0.0
    for trial in 0..<150 {
      let k = [1, 3, 5].randomElement(using: &generator) ?? 3
      let geometry = ConvolutionGeometry(
        stride: (0..<2).map { _ in Int.random(in: 1...3, using: &generator) },
        padding: (0..<4).map { _ in Int.random(in: 0...k / 2 + 1, using: &generator) },
        dilation: (0..<2).map { _ in Int.random(in: 1...2, using: &generator) })
      let input = (0..<2).map { _ in Int.random(in: 2...8, using: &generator) }
      let size = geometry.outputSize(height: input[0], width: input[1], kernel: (k, k))
      guard size.height > 0, size.width > 0 else { continue }
      let kernel: Shape = [
        Int.random(in: 1...3, using: &generator), Int.random(in: 1...3, using: &generator), k, k,
      ]
      let convolution = map(
        kernel, (0..<kernel.count).map { _ in Double.random(in: -1...1, using: &generator) },
        input: input, geometry)
      let whole = convolution.matrix.spectralNorm
      let torus = convolution.torusNorm
      #expect(
        torus.upper.value >= whole.lower.value, "trial \(trial): \(torus) against \(whole)")
      #expect(torus.upper.value >= whole.upper.value * (1 - 1e-6), "trial \(trial)")
      tightest = max(tightest, whole.lower.value / torus.upper.value)
    }
    // A loose bound would pass all of the above.
    #expect(tightest > 0.95)
  }

  @Test("A torus of the image's own size would be too small")
  func tooSmall() {
    // Circular convolution over 3 pixels with (1, 1, -1) is at most 2.x; padded with zeros it is more.
    var generator = SplitMix64(seed: 12)
    var exceeded = 0
    for _ in 0..<200 {
      let weights = (0..<9).map { _ in Double.random(in: -1...1, using: &generator) }
      let padded = map([1, 1, 3, 3], weights, input: [3, 3], .init(padding: [1, 1, 1, 1]))
      // The circular convolution of 3 x 3 pixels, as a matrix.
      var circular = [Double](repeating: 0, count: 81)
      for y in 0..<3 {
        for x in 0..<3 {
          for (tap, weight) in weights.enumerated() {
            let (down, right) = ((y + tap / 3 + 2) % 3, (x + tap % 3 + 2) % 3)
            circular[(y * 3 + x) * 9 + down * 3 + right] += weight
          }
        }
      }
      let small = Matrix(rows: 9, columns: 9, circular).spectralNorm
      let whole = padded.matrix.spectralNorm
      if whole.lower > LowerBound(found: small.upper.value) { exceeded += 1 }
      #expect(padded.torusNorm.upper.value >= whole.lower.value)
    }
    #expect(exceeded > 0)
  }

  @Test("The whole matrix maps images as the convolution does")
  func matrix() {
    var generator = SplitMix64(seed: 13)
    for trial in 0..<30 {
      let geometry = ConvolutionGeometry(
        stride: [1 + trial % 2, 1 + trial % 3], padding: [1, 0, 2, 1], dilation: [1 + trial % 2, 1])
      let values = (0..<2 * 3 * 9).map { _ in Double.random(in: -1...1, using: &generator) }
      let convolution = map([2, 3, 3, 3], values, input: [6, 5], geometry)
      let image = (0..<90).map { _ in Double.random(in: -1...1, using: &generator) }
      let expected = Convolution(weight: ParameterID(0), geometry: geometry).linear(
        [Tensor<Double>([1, 1, 3, 6, 5], image)], Parameters([Tensor([2, 3, 3, 3], values)]),
        magnitude: false)
      let matrix = convolution.matrix
      let found = (0..<matrix.rows).map { row in
        (0..<90).reduce(0) { $0 + matrix.values[row * 90 + $1] * image[$1] }
      }
      #expect(zip(found, expected.scalars).allSatisfy { abs($0 - $1) < 1e-12 }, "trial \(trial)")
    }
  }

  @Test("Convolutions whose norm is known")
  func known() {
    // A mean over 3 x 3 pixels of a large image is nearly 1; a shift is 1; a second difference nearly 4.
    let mean = map(
      [1, 1, 3, 3], [Double](repeating: 1.0 / 9, count: 9), input: [40, 40],
      .init(padding: [1, 1, 1, 1]))
    #expect(abs(mean.torusNorm.upper.value - 1) < 1e-6)
    let shift = map(
      [1, 1, 3, 3], [1, 0, 0, 0, 0, 0, 0, 0, 0], input: [9, 9], .init(padding: [1, 1, 1, 1]))
    #expect(abs(shift.torusNorm.upper.value - 1) < 1e-6)
    let difference = map(
      [1, 1, 1, 3], [1, -2, 1], input: [1, 64], .init(padding: [0, 1, 0, 1]))
    #expect(difference.torusNorm.upper.value > 3.98 && difference.torusNorm.upper.value < 4.00001)
  }
}
