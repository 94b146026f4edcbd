import Differentiation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

/// What the specification of weight standardisation says of the map and of its derivative.
@Suite("Standardised kernels")
struct StandardizationTests {
  private typealias T = Tensor<Double>
  private let plain = KernelStandardization(epsilon: 0, factor: 1)

  private func random(_ shape: Shape, _ g: inout SplitMix64) -> T {
    T(shape, (0..<shape.count).map { _ in Double.random(in: -1...1, using: &g) })
  }

  /// The gradient by kernels of `sum(result * rows)`, and by gains.
  private func gradients(
    _ map: KernelStandardization, _ kernels: T, gains: T?, rows: T
  ) -> [T] {
    let w = Tracked.variable(kernels)
    let g = gains.map { Tracked.variable($0) }
    let sum = (map(w, gains: g) * Tracked(rows)).reshaped([rows.count]).reduced(.sum, axis: 0)
    return sum.gradients(of: [w] + (g.map { [$0] } ?? []))
  }

  private func rows(_ x: T) -> [[Double]] {
    let size = x.count / x.shape[0]
    return (0..<x.shape[0]).map { Array(x.scalars[$0 * size..<($0 + 1) * size]) }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test("The example of four numbers, with its gradient")
  func vector() {
    let kernel = T([1, 4], [1, 2, 4, 7])
    let expected = [-1.09108945, -0.65465367, 0.21821789, 1.52752523]
    for (found, value) in zip(plain(kernel, gains: nil).scalars, expected) {
      #expect(abs(found - value) < 1e-8)
    }
    let gradient = gradients(plain, kernel, gains: nil, rows: T([1, 4], [1, 0, -1, 2]))[0]
    let slopes = [0.42604445, -0.09352195, -0.69621898, 0.36369648]
    for (found, value) in zip(gradient.scalars, slopes) { #expect(abs(found - value) < 1e-8) }
    #expect(abs(dot(gradient.scalars, kernel.scalars)) < 1e-12)
  }

  @Test("Gradients have no part along the kernel or a constant, with and without gains")
  func orthogonality() {
    var g = SplitMix64(seed: 31)
    for trial in 0..<20 {
      let shape: Shape = [3, 2 + trial % 3, 3, 3]
      let (w, by) = (random(shape, &g), random(shape, &g))
      for (map, gains) in [
        (plain, nil),
        (
          KernelStandardization(epsilon: 0, factor: WeightSettings.reluGain / 5),
          random([3], &g) as T?
        ),
      ] {
        let found = gradients(map, w, gains: gains, rows: by)[0]
        for (kernel, slope) in zip(rows(w), rows(found)) {
          #expect(abs(dot(kernel, slope)) < 1e-10, "trial \(trial)")
          #expect(abs(slope.reduce(0, +)) < 1e-10, "trial \(trial)")
        }
      }
    }
  }

  @Test("The norm of the gradient is what is left of it without two directions")
  func norms() {
    var g = SplitMix64(seed: 32)
    let (w, by) = (random([4, 2, 3, 3], &g), random([4, 2, 3, 3], &g))
    let standard = plain(w, gains: nil)
    let found = gradients(plain, w, gains: nil, rows: by)[0]
    for row in 0..<4 {
      let (kernel, slope, out, outSlope) = (
        rows(w)[row], rows(found)[row], rows(standard)[row], rows(by)[row]
      )
      let size = Double(kernel.count)
      let mean = kernel.reduce(0, +) / size
      let variance = kernel.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / size
      let along = outSlope.reduce(0, +)
      let radial = dot(out, outSlope)
      let expected =
        (dot(outSlope, outSlope) - along * along / size - radial * radial / size) / variance
      #expect(abs(dot(slope, slope) - expected) < 1e-10 * max(1, expected))
    }
  }

  @Test("Neither a positive factor nor a shift of a kernel changes it, but for epsilon")
  func invariance() {
    var g = SplitMix64(seed: 33)
    let w = random([3, 2, 3, 3], &g)
    let standard = plain(w, gains: nil)
    for (a, b) in [(0.01, 0.0), (1, 5), (300, -2)] {
      let moved = plain(w * a + b, gains: nil)
      for (x, y) in zip(moved.scalars, standard.scalars) { #expect(abs(x - y) < 1e-9) }
    }
    // The direction of a row turns with the sign.
    for (x, y) in zip(plain(-w, gains: nil).scalars, standard.scalars) {
      #expect(abs(x + y) < 1e-12)
    }
  }

  @Test("Rows have mean 0 and the norm that gain and gains say")
  func rowNorms() {
    var g = SplitMix64(seed: 34)
    let w = random([5, 3, 3, 3], &g)
    let gains = T([5], [1, -0.5, 2, 0.1, 0])
    let size = 27.0
    let map = KernelStandardization(
      epsilon: 0, factor: WeightSettings.reluGain / size.squareRoot())
    for (row, values) in rows(map(w, gains: gains)).enumerated() {
      #expect(abs(values.reduce(0, +)) < 1e-12)
      let norm = dot(values, values).squareRoot()
      #expect(abs(norm - WeightSettings.reluGain * abs(gains.scalars[row])) < 1e-12)
    }
    #expect(abs(WeightSettings.reluGain - 1.7128585504496627) < 1e-15)
  }

  @Test("Ten scaled layers with ReLUs keep the variance of their outputs")
  func signal() {
    var g = SplitMix64(seed: 35)
    let (width, examples) = (600, 600)
    let map = KernelStandardization(
      epsilon: 0, factor: WeightSettings.reluGain / Double(width).squareRoot())
    // Uniform numbers of variance 1 before the first ReLU; sums of many are near enough to normal ones after it.
    var x = random([examples, width], &g) * 3.0.squareRoot()
    for layer in 0..<11 {
      let w = map(random([width, width], &g), gains: nil)
      let input = layer == 0 ? x : x.positivePart()
      // The first layer reads numbers of deviation 1 and no ReLU, so its gain is taken off.
      let out = input.product(w, transposingLeft: false, transposingRight: true)
      x = layer == 0 ? out * (1 / WeightSettings.reluGain) : out
      let mean = x.scalars.reduce(0, +) / Double(x.count)
      let variance =
        x.scalars.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
      #expect(abs(variance - 1) < 0.05, "layer \(layer): \(variance)")
    }
  }

  @Test("Adaptive clipping leaves small gradients and scales others to the limit exactly")
  func adaptiveClipping() {
    var settings = OptimizerSettings()
    settings.adaptiveClipping = 0.1
    let shapes: [Shape] = [[2, 3, 1, 1], [3, 2], [2], [2, 2]]
    let optimizer = Optimizer(settings, shapes.map { WeightForm($0) })
    func clipped(_ gradient: Tensor<Float>, _ index: Int, _ weight: Tensor<Float>) -> [Float] {
      optimizer.adaptivelyClipped(gradient, index, weight: weight, limit: 0.1).scalars
    }
    // Kernels of norms 3 and 1; gradients of norms 0.3 and 5.
    let kernel = Tensor<Float>([2, 3, 1, 1], [1, 2, 2, 0, 1, 0])
    let gradient = Tensor<Float>([2, 3, 1, 1], [0.1, 0.2, 0.2, 3, 4, 0])
    let found = clipped(gradient, 0, kernel)
    #expect(Array(found[..<3]) == [0.1, 0.2, 0.2])
    #expect(abs(found[3] - 0.06) < 1e-7 && abs(found[4] - 0.08) < 1e-7 && found[5] == 0)
    // The outputs of a linear layer are its columns, and weights of zero count as 1e-3.
    let linear = clipped(
      Tensor([3, 2], [1, 0, 0, 0, 0, 1]), 1, Tensor([3, 2], [0, 2, 0, 0, 0, 0]))
    #expect(abs(linear[0] - 1e-4) < 1e-9 && abs(linear[5] - 0.2) < 1e-7)
    // Vectors and the last layer stay.
    #expect(clipped(Tensor([2], [9, 9]), 2, Tensor([2], [1, 1])) == [9, 9])
    #expect(
      clipped(Tensor([2, 2], [9, 9, 9, 9]), 3, Tensor([2, 2], [1, 1, 1, 1])) == [9, 9, 9, 9])
    // A step takes what was clipped.
    settings.kind = .sgd
    var weights = [kernel]
    var state = settings.initialState(for: weights)
    Optimizer(settings, [WeightForm(kernel.shape), WeightForm([2, 2])]).step(
      &weights, [gradient], norm: 1, &state, rate: 1)
    #expect(abs(weights[0].scalars[4] - 0.92) < 1e-6)
  }
}
