import Tensors
import TestSupport
import Testing

/// A convolution whose kernel gradient is checked.
private struct KernelCase: Sendable, CustomTestStringConvertible {
  var images: Shape
  var kernel: Shape
  var geometry = ConvolutionGeometry()
  var testDescription: String { "\(images) by \(kernel), \(geometry)" }

  func draw<S: TensorScalar>(seed: UInt64) -> (images: Tensor<S>, rows: Tensor<S>) {
    var random = SplitMix64(seed: seed)
    func tensor(_ shape: Shape) -> Tensor<S> {
      Tensor(shape, (0..<shape.count).map { _ in S(Double.random(in: -1...1, using: &random)) })
    }
    let size = geometry.outputSize(
      height: images[2], width: images[3], kernel: (kernel[2], kernel[3]))
    return (tensor(images), tensor([images[0], kernel[0], size.height, size.width]))
  }

  /// The definition, one multiplication at a time.
  func definition<S: TensorScalar>(_ images: Tensor<S>, _ rows: Tensor<S>) -> Tensor<S> {
    var result = Tensor<S>(repeating: 0, kernel)
    let outputs = kernel[0] / geometry.groups
    for n in 0..<images.shape[0] {
      for o in 0..<kernel[0] {
        for c in 0..<kernel[1] {
          for ky in 0..<kernel[2] {
            for kx in 0..<kernel[3] {
              var sum: S = 0
              for y in 0..<rows.shape[2] {
                for x in 0..<rows.shape[3] {
                  let iy = y * geometry.stride[0] - geometry.padding[0] + ky * geometry.dilation[0]
                  let ix = x * geometry.stride[1] - geometry.padding[1] + kx * geometry.dilation[1]
                  guard 0..<images.shape[2] ~= iy, 0..<images.shape[3] ~= ix else { continue }
                  sum += rows[n, o, y, x] * images[n, o / outputs * kernel[1] + c, iy, ix]
                }
              }
              result[o, c, ky, kx] += sum
            }
          }
        }
      }
    }
    return result
  }
}

private let cases: [KernelCase] = [
  .init(images: [1, 2, 5, 4], kernel: [3, 2, 3, 3]),
  .init(images: [3, 2, 5, 4], kernel: [3, 2, 1, 1]),
  .init(images: [20, 3, 6, 6], kernel: [4, 3, 3, 3], geometry: .init(padding: [1, 1, 1, 1])),
  .init(
    images: [9, 4, 7, 6], kernel: [6, 2, 3, 2],
    geometry: .init(stride: [2, 3], padding: [1, 0, 2, 1], dilation: [2, 1], groups: 2)),
  .init(images: [2, 3, 4, 4], kernel: [3, 1, 2, 2], geometry: .init(stride: [2, 2], groups: 3)),
  .init(images: [2, 2, 4, 4], kernel: [2, 2, 1, 1], geometry: .init(stride: [2, 2])),
  .init(images: [0, 2, 4, 4], kernel: [2, 2, 3, 3]),
]

@Suite("The kernel gradient of a convolution")
struct KernelGradientTests {
  @Test("It agrees with its definition", arguments: cases)
  fileprivate func agreesWithDefinition(_ example: KernelCase) {
    let (images, rows): (Tensor<Double>, Tensor<Double>) = example.draw(seed: 1)
    let gradient = images.convolutionKernelGradient(
      rows, kernel: example.kernel, example.geometry)
    let expected = example.definition(images, rows)
    #expect(gradient.shape == example.kernel)
    #expect(
      largestRelativeDifference(gradient.scalars, expected.scalars, floor: 1) < 1e-13)
    // What a number system without a kernel of its own computes.
    guard example.images[0] > 0 else { return }
    let plain = images.convolutionKernelGradientByDefinition(
      rows, kernel: example.kernel, example.geometry)
    #expect(plain.shape == example.kernel)
    #expect(largestRelativeDifference(plain.scalars, expected.scalars, floor: 1) < 1e-13)
  }

  @Test("It does so in single precision", arguments: cases)
  fileprivate func agreesInSinglePrecision(_ example: KernelCase) {
    let (images, rows): (Tensor<Float>, Tensor<Float>) = example.draw(seed: 2)
    let gradient = images.convolutionKernelGradient(
      rows, kernel: example.kernel, example.geometry)
    let expected = example.definition(images, rows)
    #expect(largestRelativeDifference(gradient.scalars, expected.scalars, floor: 1) < 1e-4)
  }

  @Test("It is the derivative of the convolution", arguments: cases)
  fileprivate func isTheDerivative(_ example: KernelCase) {
    let (images, rows): (Tensor<Double>, Tensor<Double>) = example.draw(seed: 3)
    var random = SplitMix64(seed: 4)
    let direction = Tensor<Double>(
      example.kernel,
      (0..<example.kernel.count).map { _ in Double.random(in: -1...1, using: &random) })
    // The convolution is linear in its kernel, so that the difference is exact but for rounding.
    let moved = images.convolutionTapless(direction, example.geometry)
    let gradient = images.convolutionKernelGradient(
      rows, kernel: example.kernel, example.geometry)
    let (expected, actual) = (total(moved * rows), total(gradient * direction))
    #expect(abs(expected - actual) < 1e-12 * max(1, abs(expected)))
  }

  @Test("It does not depend on the number of threads")
  func ignoresThreads() {
    let example = cases[2]
    let (images, rows): (Tensor<Float>, Tensor<Float>) = example.draw(seed: 5)
    let expected = images.convolutionKernelGradient(rows, kernel: example.kernel, example.geometry)
    let inside = Values(count: 4)
    Workers.forEach(4) { index in
      inside[index] = images.convolutionKernelGradient(
        rows, kernel: example.kernel, example.geometry)
    }
    for index in 0..<4 { #expect(inside[index] == expected) }
  }
}

/// Results of parallel work, each index written by one thread.
private final class Values: @unchecked Sendable {
  private let values: UnsafeMutableBufferPointer<Tensor<Float>?>
  init(count: Int) {
    values = .allocate(capacity: count)
    values.initialize(repeating: nil)
  }
  deinit {
    values.deinitialize()
    values.deallocate()
  }
  subscript(index: Int) -> Tensor<Float>? {
    get { values[index] }
    set { values[index] = newValue }
  }
}

private func total(_ x: Tensor<Double>) -> Double { x.scalars.reduce(0, +) }

extension Tensor {
  /// A convolution that makes its taps itself.
  fileprivate func convolutionTapless(_ kernel: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
    let taps = kernel.shape[2] * kernel.shape[3]
    let padded = (kernel.shape[0] + 15) / 16 * 16
    let outputs = (0..<padded).map { Int32($0 < kernel.shape[0] ? $0 : -1) }
    return convolution(
      kernel,
      taps: kernel.reshaped([kernel.shape[0], kernel.shape[1], taps]).transposed([2, 1, 0])
        .gathered(outputs, axis: 2),
      bias: nil, geometry)
  }
}
