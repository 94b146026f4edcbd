import Datasets
import Differentiation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Lipschitz
@testable import Training

/// Layers that stretch no distance: what is promised of their norms, and their derivatives.
@Suite("Almost orthogonal layers and the Cayley transform")
struct ContractedLayerTests {
  private typealias T = Tensor<Double>

  private static func random(
    _ shape: Shape, _ g: inout SplitMix64, _ range: ClosedRange<Double> = -1...1
  ) -> T {
    T(shape, (0..<shape.count).map { _ in Double.random(in: range, using: &g) })
  }

  /// The matrix of a convolution, by what it makes of each image with one pixel.
  private static func unrolled(
    _ kernel: T, _ geometry: ConvolutionGeometry, _ input: Shape
  ) -> (values: [Double], rows: Int, columns: Int) {
    let layer = Convolution(weight: ParameterID(0), geometry: geometry)
    var images = T(repeating: 0, Shape([input.count] + input.dimensions))
    images.withMutableElements { for i in 0..<input.count { $0[i * input.count + i] = 1 } }
    let results = layer.linear([images], Parameters([kernel]), magnitude: false)
    return (results.scalars, input.count, results.count / input.count)
  }

  /// Kernels and geometries of every kind, and images that they fit.
  private static func cases(
    _ count: Int, _ g: inout SplitMix64
  ) -> [(kernel: Shape, geometry: ConvolutionGeometry, input: Shape)] {
    (0..<count).compactMap { _ in
      let groups = [1, 1, 2].randomElement(using: &g) ?? 1
      let geometry = ConvolutionGeometry(
        stride: (0..<2).map { _ in Int.random(in: 1...3, using: &g) },
        padding: (0..<4).map { _ in Int.random(in: 0...2, using: &g) },
        dilation: (0..<2).map { _ in Int.random(in: 1...2, using: &g) }, groups: groups)
      let kernel: Shape = [
        groups * Int.random(in: 1...4, using: &g), Int.random(in: 1...3, using: &g),
        Int.random(in: 1...4, using: &g), Int.random(in: 1...4, using: &g),
      ]
      let input: Shape = [
        1, groups * kernel[1], Int.random(in: 3...7, using: &g), Int.random(in: 3...7, using: &g),
      ]
      let size = geometry.outputSize(
        height: input[2], width: input[3], kernel: (kernel[2], kernel[3]))
      return size.height > 0 && size.width > 0 ? (kernel, geometry, input) : nil
    }
  }

  @Test("No rescaled convolution has a singular value above 1, whatever its stride and padding")
  func convolutions() {
    var g = SplitMix64(seed: 301)
    var (largest, largestBefore, strided) = (0.0, 0.0, 0.0)
    for (trial, item) in Self.cases(160, &g).enumerated() {
      let range = trial % 3 == 0 ? 0...1 : -1.0...1
      let kernel = Self.random(item.kernel, &g, range)
      let scaled = AlmostOrthogonal.weights(kernel, item.geometry)
      #expect(scaled.shape == kernel.shape)
      let matrix = Self.unrolled(scaled, item.geometry, item.input)
      let top = singularValues(matrix.values, matrix.rows, matrix.columns)[0]
      #expect(top <= 1 + 1e-12, "trial \(trial), \(item)")
      // A rescaled kernel is not the zero one, and the sums come near where all weights have one sign.
      largest = max(largest, top)
      if item.geometry.stride != [1, 1] { strided = max(strided, top) }
      let before = Self.unrolled(kernel, item.geometry, item.input)
      largestBefore = max(
        largestBefore, singularValues(before.values, before.rows, before.columns)[0])
      // The norm that certificates take, of what a file holds.
      let saved = T(converting: Tensor<Float>(converting: scaled))
      let size = item.geometry.outputSize(
        height: item.input[2], width: item.input[3], kernel: (item.kernel[2], item.kernel[3]))
      guard item.geometry.groups == 1 else { continue }
      let map = ConvolutionMap(
        kernel: saved, roundoff: .zero, geometry: item.geometry,
        input: [item.input[2], item.input[3]], output: [size.height, size.width])
      #expect(map.spectralNorm.upper.value <= 1 + 1e-6, "trial \(trial)")
      #expect(map.torusNorm.upper.value <= 1 + 1e-6, "trial \(trial)")
    }
    #expect(largest > 0.95 && strided > 0.95 && largestBefore > 3)
  }

  @Test("A factor for each channel alone would not use the phases of a stride")
  func phases() {
    // Windows side by side are matrices: each tap reads a channel of its own, so an orthogonal matrix stays as it is.
    var g = SplitMix64(seed: 302)
    let matrix = CayleyTransform.weights(Self.random([3, 8], &g))
    let geometry = ConvolutionGeometry(stride: [2, 2])
    for kernel in [
      matrix.reshaped([3, 2, 2, 2]), matrix.transposed([1, 0]).reshaped([8, 3, 1, 1]),
    ] {
      let own = kernel.shape[2] == 1 ? ConvolutionGeometry() : geometry
      let scaled = AlmostOrthogonal.weights(kernel, own)
      #expect(largestRelativeDifference(scaled.scalars, kernel.scalars, floor: 1) < 1e-10)
    }
  }

  @Test("No rescaled matrix has a singular value above 1, and orthogonal ones stay")
  func matrices() {
    var g = SplitMix64(seed: 303)
    for trial in 0..<60 {
      let shape: Shape = [Int.random(in: 1...20, using: &g), Int.random(in: 1...20, using: &g)]
      let size = [1e-3, 1, 1e3][trial % 3]
      let w = Self.random(shape, &g) * size
      let scaled = AlmostOrthogonal.weights(w, nil)
      let values = singularValues(scaled.scalars, shape[0], shape[1])
      #expect(values[0] <= 1 + 1e-12 && values[0] > 0.2, "trial \(trial): \(values[0])")
      let orthogonal = CayleyTransform.weights(w)
      let ones = singularValues(orthogonal.scalars, shape[0], shape[1])
      // Large raw weights lose digits on the way through the inverse.
      let tolerance = size > 1 ? 1e-5 : 1e-10
      #expect(ones.allSatisfy { abs($0 - 1) < tolerance }, "trial \(trial): \(ones)")
      // What is orthogonal is not rescaled, but for the little that is added to the sums.
      let again = AlmostOrthogonal.weights(orthogonal, nil)
      let off = largestRelativeDifference(again.scalars, orthogonal.scalars, floor: 1)
      #expect(off < 10 * tolerance)
      let norm = Matrix(
        rows: shape[0], columns: shape[1],
        T(converting: Tensor<Float>(converting: orthogonal)).scalars
      ).spectralNorm
      #expect(abs(norm.upper.value - 1) < 1e-6 + tolerance)
    }
  }

  @Test("Derivatives of both agree with differences, for matrices and kernels")
  func gradients() {
    var g = SplitMix64(seed: 304)
    let kernels: [(Shape, ConvolutionGeometry?)] = [
      ([5, 3], nil), ([3, 5], nil), ([4, 4], nil),
      ([2, 3, 3, 3], ConvolutionGeometry(padding: [1, 1, 1, 1])),
      ([5, 2, 2, 3], ConvolutionGeometry()),
      ([2, 2, 4, 3], ConvolutionGeometry(stride: [2, 1])),
      ([9, 1, 3, 3], ConvolutionGeometry(stride: [2, 3], dilation: [2, 1])),
      ([4, 2, 2, 2], ConvolutionGeometry(stride: [2, 2], groups: 2)),
    ]
    for (shape, geometry) in kernels {
      for kind in [WeightSettings.Kind.aol, .cayley] where kind == .aol || geometry == nil {
        let layer = ContractedLayer(
          kind: kind, weights: ParameterID(0), geometry: geometry, factor: 1.5)
        let (w, by) = (Self.random(shape, &g), Self.random(shape, &g))
        let variable = Tracked.variable(w)
        let found = (layer(variable) * Tracked(by)).reshaped([by.count]).reduced(.sum, axis: 0)
          .gradients(of: [variable])[0]
        for place in 0..<w.count {
          func value(_ shift: Double) -> Double {
            var moved = w
            moved.withMutableElements { $0[place] += shift }
            return zip(layer(moved).scalars, by.scalars).reduce(0) { $0 + $1.0 * $1.1 }
          }
          let slope = (value(1e-6) - value(-1e-6)) / 2e-6
          #expect(
            abs(found.scalars[place] - slope) < 1e-7 * max(1, abs(slope)),
            "\(kind) \(shape) [\(place)]: \(found.scalars[place]), \(slope)")
        }
      }
    }
  }

  @Test("The inverse by halves is one, and so is its derivative")
  func inverse() {
    var g = SplitMix64(seed: 305)
    for size in [1, 2, 3, 7, 16, 33] {
      let (a, b) = (Self.random([size, size], &g), Self.random([size, size], &g))
      var one = T(repeating: 0, [size, size])
      for index in 0..<size { one[index, index] = 1 }
      // A positive definite symmetric part, and a part that turns.
      let x =
        a.product(a, transposingLeft: false, transposingRight: true) + (b - b.transposed([1, 0]))
        * 4
        + one
      let inverse = x.inverse()
      #expect(largestRelativeDifference(inverse.product(x).scalars, one.scalars, floor: 1) < 1e-10)
      let single = Tensor<Float>(converting: x).inverse()
      let off = zip(single.scalars, inverse.scalars).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(off < 1e-4)
      let variable = Tracked.variable(x)
      let found = (variable.inverse() * Tracked(a)).reshaped([a.count]).reduced(.sum, axis: 0)
        .gradients(of: [variable])[0]
      for place in stride(from: 0, to: x.count, by: max(1, x.count / 5)) {
        func value(_ shift: Double) -> Double {
          var moved = x
          moved.withMutableElements { $0[place] += shift }
          return zip(moved.inverse().scalars, a.scalars).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let slope = (value(1e-5) - value(-1e-5)) / 2e-5
        #expect(abs(found.scalars[place] - slope) < 1e-6 * max(1, abs(slope)), "\(size)")
      }
    }
  }
}
