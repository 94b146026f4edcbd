import TestSupport
import Testing

@testable import Tensors

/// A convolution drawn from a seed: strides, padding, dilation and groups of every kind.
struct RandomConvolution {
  var images: Int
  var input: ImageSize
  var outputs: Int
  var kernel: (height: Int, width: Int)
  var geometry: ConvolutionGeometry

  init(_ generator: inout SplitMix64) {
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let groups = pick(1...3)
    kernel = (pick(1...4), pick(1...4))
    geometry = ConvolutionGeometry(
      stride: [pick(1...3), pick(1...3)],
      padding: [pick(0...3), pick(0...3), pick(0...3), pick(0...3)],
      dilation: [pick(1...2), pick(1...2)], groups: groups)
    // The kernel must fit.
    let (height, width) = (
      (kernel.height - 1) * geometry.dilation[0] + 1, (kernel.width - 1) * geometry.dilation[1] + 1
    )
    input = ImageSize(
      channels: groups * pick(1...3), height: height + pick(0...7), width: width + pick(0...7))
    // Above 64 outputs another kernel takes over.
    outputs = groups * (pick(0...9) == 0 ? 66 / groups + 1 : pick(1...18))
    images = pick(1...3)
  }

  var imageShape: Shape { [images, input.channels, input.height, input.width] }
  var kernelShape: Shape {
    [outputs, input.channels / geometry.groups, kernel.height, kernel.width]
  }
  var outputShape: Shape {
    let size = geometry.outputSize(height: input.height, width: input.width, kernel: kernel)
    return [images, outputs, size.height, size.width]
  }
  /// The products that make one element, of the convolution or of its transpose.
  var terms: Int { max(kernelShape.dropping(1).count, outputs * kernel.height * kernel.width) + 1 }
}

/// The kernels in the second layout that convolutions take.
func taps<S>(_ kernel: Tensor<S>) -> Tensor<S> {
  let (outputs, inputs) = (kernel.shape[0], kernel.shape[1])
  let (height, width) = (kernel.shape[2], kernel.shape[3])
  return Naive.tensor([height * width, inputs, (outputs + 15) / 16 * 16]) { at in
    at[2] < outputs ? kernel[at[2], at[1], at[0] / width, at[0] % width] : 0
  }
}

@Suite("Convolutions")
struct ConvolutionTests {
  @Test("A convolution is its seven nested loops", arguments: 0..<150)
  func convolutionsAreLoops(seed: UInt64) {
    check(Float.self, seed)
    check(Double.self, seed)
  }

  private func check<S: TensorScalar>(_ type: S.Type, _ seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let test = RandomConvolution(&generator)
    let image = Tensor<S>.random(test.imageShape, &generator)
    let kernel = Tensor<S>.random(test.kernelShape, &generator)
    let bias = seed % 2 == 0 ? Tensor<S>.random([test.outputs], &generator) : nil
    let found = image.convolution(kernel, taps: taps(kernel), bias: bias, test.geometry)
    let expected = Naive.convolution(image, kernel, bias: bias, test.geometry)
    #expect(
      found.distance(to: expected) <= slack(S.self, terms: test.terms), "\(S.self) \(test)")
  }

  @Test("A convolution and its transpose are adjoint", arguments: 0..<150)
  func convolutionsAreAdjoint(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let test = RandomConvolution(&generator)
    let x = Tensor<Double>.random(test.imageShape, &generator)
    let y = Tensor<Double>.random(test.outputShape, &generator)
    let kernel = Tensor<Double>.random(test.kernelShape, &generator)
    let forward = x.convolution(kernel, taps: taps(kernel), bias: nil, test.geometry)
    let backward = y.convolutionTranspose(kernel, test.geometry, input: test.input)
    let scale = Double(test.outputShape.count * test.terms)
    #expect(abs(forward.dot(y) - x.dot(backward)) <= 1e-15 * scale, "\(test)")
  }

  @Test("The transpose has the same elements in both precisions", arguments: 0..<40)
  func transposesAgree(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let test = RandomConvolution(&generator)
    let y = Tensor<Float>.random(test.outputShape, &generator)
    let kernel = Tensor<Float>.random(test.kernelShape, &generator)
    let single = y.convolutionTranspose(kernel, test.geometry, input: test.input)
    let double = y.values.convolutionTranspose(kernel.values, test.geometry, input: test.input)
    #expect(
      single.values.distance(to: double) <= slack(Float.self, terms: test.terms), "\(test)")
  }

  @Test("A kernel that does not fit has no outputs")
  func kernelsMustFit() {
    let size = ConvolutionGeometry(dilation: [2, 2]).outputSize(
      height: 4, width: 5, kernel: (3, 3))
    #expect(size == (0, 1))
  }
}
