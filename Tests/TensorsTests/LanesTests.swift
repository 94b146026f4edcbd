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
    // Every third has the form for which there is a faster algorithm.
    let isCommon = seed % 3 == 0
    let kernel: Shape =
      isCommon
      ? [draw(12...19), draw(12...14), 3, 3]
      : [draw(1...19), draw(1...7), draw(1...4), draw(1...5)]
    let geometry = ConvolutionGeometry(
      stride: isCommon ? [1, 1] : [draw(1...3), draw(1...3)],
      padding: [draw(0...2), draw(0...2), draw(0...2), draw(0...2)],
      dilation: isCommon ? [1, 1] : [draw(1...2), draw(1...2)])
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

  @Test(
    "Scaled positive parts and their derivatives agree with their definitions",
    arguments: [1, 16, 23])
  func rectified(batch: Int) {
    for shape in [[batch, 1, 5, 3, 4], [batch, 1, 5, 1, 1]] as [Shape] {
      let (x, rows, third) = (random(shape, 1), random(shape, 2), random(shape, 3))
      let (scale, shift) = (random([5], 4), random([5], 5) * 0.5)
      let (a, s, t) = (Lanes(plain: x).blocked, Lanes(plain: scale), Lanes(plain: shift))
      let line = x * scale.reshaped([5, 1, 1]) + shift.reshaped([5, 1, 1])
      expectClose(a.channelRectified(s, adding: t, axis: 2).plain, line.positivePart(), "value")
      expectClose(
        a.channelScaled(s, adding: t, and: Lanes(plain: third), axis: 2).plain, line + third, "sum")
      let masked = rows * Tensor([1], [0]).combined(.less, line)
      let found = a.channelRectifiedGradient(Lanes(plain: rows), s, adding: t, axis: 2)
      expectClose(found.elements.plain, masked * scale.reshaped([5, 1, 1]), "elements")
      expectClose(found.scale.plain, (masked * x).channelTotals(5), "scale")
      expectClose(found.shift.plain, masked.channelTotals(5), "shift")
    }
  }

  @Test(
    "Intervals through a line and a ReLU agree with their definitions, spare lanes left out",
    arguments: [1, 15, 16, 40], [true, false])
  func intervals(batch: Int, isScaled: Bool) {
    // Once with more pixels than are summed in one run, once without whole vectors in plain form.
    for (height, isBlocked) in [(4, true), (70, true), (3, false)] {
      let shape: Shape = [batch, 1, 3, height, 3]
      let (scale, shift) = (random([3], 7), random([3], 8) * 0.3)
      let interval = ScaledInterval(
        center: random(shape, 5), radius: random(shape, 6).magnitude() * 0.3,
        scale: isScaled ? scale : nil, shift: isScaled ? shift : nil, axis: 2)
      let lanes = interval.map { (tensor: Tensor<Double>) in
        let lanes = Lanes(plain: tensor)
        return isBlocked && tensor.shape == shape ? lanes.blocked : lanes
      }
      let found = Lanes.rectified(lanes)
      let (center, radius) = interval.ends
      let lower = (center - radius).positivePart()
      let upper = (center + radius).positivePart()
      expectClose(found.center.plain, (lower + upper) * 0.5, "center")
      expectClose(found.radius.plain, (upper - lower) * 0.5, "radius")
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
      expectClose(Tensor([8], found.sums.statistics.scalars), Tensor([8], expected.scalars), "sums")
      expectClose(found.sums.value.plain, Tensor([8], expected.scalars), "sums")
      expectGradient(interval, lanes, isScaled: isScaled)
    }
  }

  private func expectGradient(
    _ interval: ScaledInterval<Tensor<Double>>, _ lanes: ScaledInterval<Lanes<Double>>,
    isScaled: Bool
  ) {
    let shape = interval.center.shape
    let (rowCenter, rowRadius, rowSums) = (random(shape, 9), random(shape, 10), random([8], 11))
    let found = Lanes.rectifiedGradient(
      lanes, center: Lanes(plain: rowCenter), radius: Lanes(plain: rowRadius),
      sums: Lanes(plain: rowSums))
    let (center, radius) = interval.ends
    let (low, high, zero) = (center - radius, center + radius, Tensor<Double>([1], [0]))
    let (isOn, isOff) = (zero.combined(.less, low), high.combined(.less, zero))
    let isHigh = zero.combined(.less, high)
    let w = rowSums.scalars
    let byLow = (rowCenter - rowRadius) * 0.5 * isOn
    let byHigh = (rowCenter + rowRadius) * 0.5 * isHigh
    let byCenter =
      byLow + byHigh + isOn * (center * (2 * w[4]) + w[3]) + isOff * (center * (2 * w[7]) + w[6])
      + w[1]
    let byRadius = byHigh - byLow + w[0]
    let scale = interval.scale.map { $0.reshaped([3, 1, 1]) } ?? Tensor([1], [1])
    expectClose(found.center.plain, byCenter * scale, "by center")
    expectClose(found.radius.plain, byRadius * scale.magnitude(), "by radius")
    guard isScaled else { return }
    let byScale =
      byCenter * interval.center + byRadius * interval.radius * scale.applying(.sign)
    expectClose(found.scale.plain, byScale.channelTotals(3), "by scale")
    expectClose(found.shift.plain, byCenter.channelTotals(3), "by shift")
  }
}

extension Tensor<Double> {
  /// The sum of each channel of `[batch, 1, channels, ...]`.
  fileprivate func channelTotals(_ channels: Int) -> Tensor {
    reshaped([shape[0], channels, shape.count / shape[0] / channels]).reduced(.sum, axis: 2)
      .reduced(.sum, axis: 0).reshaped([channels])
  }
}
