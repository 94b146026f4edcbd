import Differentiation
import Tensors
import TestSupport
import Testing

/// A convolution whose derivatives are checked.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var images: Shape
  var kernel: Shape
  var geometry = ConvolutionGeometry()
  var testDescription: String { "\(images) by \(kernel), \(geometry)" }

  var input: ImageSize { ImageSize(channels: images[1], height: images[2], width: images[3]) }
  var output: Shape {
    let size = geometry.outputSize(
      height: images[2], width: images[3], kernel: (kernel[2], kernel[3]))
    return [images[0], kernel[0], size.height, size.width]
  }
}

private let cases: [ConvolutionCase] = [
  .init(images: [2, 2, 4, 3], kernel: [3, 2, 3, 3], geometry: .init(padding: [1, 1, 1, 1])),
  .init(images: [1, 2, 3, 3], kernel: [2, 2, 1, 1]),
  .init(
    images: [2, 2, 6, 5], kernel: [2, 2, 2, 3],
    geometry: .init(stride: [2, 1], padding: [1, 0, 0, 2], dilation: [2, 1])),
  .init(images: [2, 4, 4, 4], kernel: [4, 2, 2, 2], geometry: .init(stride: [2, 2], groups: 2)),
  .init(
    images: [1, 3, 4, 3], kernel: [3, 1, 3, 3], geometry: .init(padding: [1, 1, 1, 1], groups: 3)),
  // The last column of pixels is read by no window.
  .init(images: [1, 1, 3, 4], kernel: [1, 1, 3, 3], geometry: .init(stride: [2, 2])),
  // More outputs than the form with taps is used for.
  .init(images: [1, 1, 2, 2], kernel: [66, 1, 2, 2]),
]

@Suite("The gradients of convolutions agree with central differences")
struct ConvolutionTests {
  private func inputs(_ shapes: [Shape], seed: UInt64) -> [Values] {
    var random = SplitMix64(seed: seed)
    return shapes.map { randomTensor($0, in: -1...1, &random) }
  }

  @Test("Convolution by images, kernel and bias", arguments: cases)
  func convolution(_ example: ConvolutionCase) {
    let outputs = example.kernel[0]
    expectGradients(inputs([example.images, example.kernel, [outputs]], seed: 1), seed: 11) {
      $0[0].convolution($0[1], taps: $0[1].taps(), bias: $0[2], example.geometry)
    }
    expectGradients(inputs([example.images, example.kernel], seed: 2), seed: 12) {
      $0[0].convolution($0[1], taps: $0[1].taps(), bias: nil, example.geometry)
    }
  }

  @Test("Transposed convolution by rows and kernel", arguments: cases)
  func transposed(_ example: ConvolutionCase) {
    expectGradients(inputs([example.output, example.kernel], seed: 3), seed: 13) {
      $0[0].convolutionTranspose($0[1], example.geometry, input: example.input)
    }
  }

  @Test("The kernel gradient by images and rows", arguments: cases)
  func kernelGradient(_ example: ConvolutionCase) {
    expectGradients(inputs([example.images, example.output], seed: 4), seed: 14) {
      $0[0].convolutionKernelGradient($0[1], kernel: example.kernel, example.geometry)
    }
  }
}

extension Dual {
  /// A kernel as `convolution` takes it beside the kernel itself.
  fileprivate func taps() -> Dual { transposed([2, 3, 1, 0]).asTaps() }
}
