import TestSupport
import Testing

@testable import Tensors

@Suite("Sixteen examples side by side give what plain tensors give")
struct LanesTests {
  private func random(_ shape: Shape, _ seed: UInt64) -> Tensor<Double> {
    var random = SplitMix64(seed: seed)
    return Tensor(uninitialized: shape) { out in
      for i in 0..<shape.count { out[i] = random.uniform(in: -1...1) }
    }
  }

  private func expectClose(_ a: Tensor<Double>, _ b: Tensor<Double>, _ comment: String) {
    #expect(a.shape == b.shape)
    #expect(largestRelativeDifference(a.scalars, b.scalars, floor: 1) <= 1e-12, "\(comment)")
  }

  @Test("Blocks hold every example, also where the last block is not full", arguments: 1...35)
  func layout(batch: Int) {
    let x = random([batch, 3, 2], UInt64(batch))
    #expect(Lanes(plain: x).blocked.plain == x)
  }

  @Test("Convolutions and their two derivatives agree, whatever the geometry", arguments: 0..<120)
  func convolutions(seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    func draw(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(generator.next() % UInt64(range.count))
    }
    let kernel: Shape = [draw(1...19), draw(1...7), draw(1...4), draw(1...5)]
    let geometry = ConvolutionGeometry(
      stride: [draw(1...3), draw(1...3)],
      padding: [draw(0...2), draw(0...2), draw(0...2), draw(0...2)],
      dilation: [draw(1...2), draw(1...2)])
    let (height, width) = (draw(9...13), draw(9...13))
    let images = random([draw(1...20), kernel[1], height, width], UInt64(seed) + 1)
    let weights = random(kernel, UInt64(seed) + 2)
    let bias = random([kernel[0]], UInt64(seed) + 3)
    let size = geometry.outputSize(height: height, width: width, kernel: (kernel[2], kernel[3]))
    let rows = random([images.shape[0], kernel[0], size.height, size.width], UInt64(seed) + 4)
    let input = ImageSize(channels: kernel[1], height: height, width: width)
    let (x, k, r) = (Lanes(plain: images), Lanes(plain: weights), Lanes(plain: rows))

    let taps = weights.transposed([2, 3, 1, 0]).asTaps()
    expectClose(
      x.convolution(k, taps: k, bias: Lanes(plain: bias), geometry).plain,
      images.convolution(weights, taps: taps, bias: bias, geometry), "seed \(seed), forward")
    expectClose(
      r.convolutionTranspose(k, geometry, input: input).plain,
      rows.convolutionTranspose(weights, geometry, input: input), "seed \(seed), transpose")
    expectClose(
      x.convolutionKernelGradient(r, kernel: kernel, geometry).plain,
      images.convolutionKernelGradient(rows, kernel: kernel, geometry), "seed \(seed), kernel")
  }

  @Test("Steps over channels agree with their definitions", arguments: [1, 16, 23])
  func channels(batch: Int) {
    let shape: Shape = [batch, 1, 5, 3, 4]
    let (x, y) = (random(shape, 1), random(shape, 2))
    let (scale, shift) = (random([5], 3), random([5], 4))
    let (a, b) = (Lanes(plain: x).blocked, Lanes(plain: y).blocked)
    let moments = a.channelMoments(axis: 2)
    let center =
      x.reshaped([batch, 5, 12]).reduced(.sum, axis: 2).reduced(.sum, axis: 0)
      .reshaped([5]) * (1 / Double(batch * 12))
    expectClose(moments.mean.plain, center, "mean")
    let squares = (x - center.reshaped([5, 1, 1])).applying(.square)
    let variance =
      squares.reshaped([batch, 5, 12]).reduced(.sum, axis: 2).reduced(.sum, axis: 0)
      .reshaped([5]) * (1 / Double(batch * 12))
    expectClose(moments.variance.plain, variance, "variance")
    expectClose(
      a.channelScaled(Lanes(plain: scale), adding: Lanes(plain: shift), axis: 2).plain,
      x * scale.reshaped([5, 1, 1]) + shift.reshaped([5, 1, 1]), "scaled")
    let sums = a.channelSums(b, axis: 2)
    expectClose(
      sums.dots.plain,
      (x * y).reshaped([batch, 5, 12]).reduced(.sum, axis: 2).reduced(.sum, axis: 0).reshaped([5]),
      "dots")
    expectClose(sums.sums.plain, center * Double(batch * 12), "sums")
  }

  @Test("Sums over intervals leave out the lanes that hold no example", arguments: [1, 15, 16, 40])
  func statistics(batch: Int) {
    let center = random([batch, 1, 3, 4, 4], 5)
    let radius = random([batch, 1, 3, 4, 4], 6).magnitude() * 0.3
    let found = Lanes.reluStatistics(
      center: Lanes(plain: center).blocked, radius: Lanes(plain: radius).blocked)
    var expected = ReLUStatistics()
    for (c, r) in zip(center.scalars, radius.scalars) {
      expected.radius += r
      expected.center += c
      if c - r > 0 {
        expected.active.count += 1
        expected.active.sum += c
        expected.active.squares += c * c
      } else if c + r < 0 {
        expected.inactive.count += 1
        expected.inactive.sum += c
        expected.inactive.squares += c * c
      }
    }
    #expect(found.active.count == expected.active.count)
    #expect(found.inactive.count == expected.inactive.count)
    for (a, b) in [
      (found.radius, expected.radius), (found.center, expected.center),
      (found.active.sum, expected.active.sum), (found.active.squares, expected.active.squares),
      (found.inactive.sum, expected.inactive.sum),
      (found.inactive.squares, expected.inactive.squares),
    ] { #expect(abs(a - b) <= 1e-10 * max(1, abs(b))) }
  }
}
