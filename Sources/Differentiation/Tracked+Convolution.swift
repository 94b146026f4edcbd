import Tensors

// A convolution is linear in its images and in its kernel. Its two derivatives and itself are closed under
// differentiation: the derivatives of each are among the others.
extension Tracked {
  /// The convolution; the taps are the kernel in another form, and carry no gradient of their own.
  public func convolution(
    _ kernel: Tracked, taps: @autoclosure () -> Tracked, bias: Tracked?,
    _ geometry: ConvolutionGeometry
  ) -> Tracked {
    let (x, k, size, kernelShape) = (base, kernel.base, base.shape.imageSize, kernel.shape)
    return Tracked(
      x.convolution(k, taps: taps().base, bias: bias?.base, geometry),
      [
        dependence { $0.convolutionTranspose(k, geometry, input: size) },
        kernel.dependence { x.convolutionKernelGradient($0, kernel: kernelShape, geometry) },
        bias?.dependence { $0.channelSums($0, axis: 1).sums },
      ])
  }

  /// The transpose of the convolution; its derivative by the rows is the convolution itself.
  public func convolutionTranspose(
    _ kernel: Tracked, _ geometry: ConvolutionGeometry, input: ImageSize
  ) -> Tracked {
    let (rows, k, kernelShape) = (base, kernel.base, kernel.shape)
    return Tracked(
      rows.convolutionTranspose(k, geometry, input: input),
      [
        dependence { $0.convolution(k, taps: k.forwardTaps(), bias: nil, geometry) },
        kernel.dependence { $0.convolutionKernelGradient(rows, kernel: kernelShape, geometry) },
      ])
  }

  /// The derivative of the convolution by its kernel, which is linear in images and rows, and differentiated by both.
  public func convolutionKernelGradient(
    _ rows: Tracked, kernel: Shape, _ geometry: ConvolutionGeometry
  ) -> Tracked {
    let (x, r, size) = (base, rows.base, base.shape.imageSize)
    return Tracked(
      x.convolutionKernelGradient(r, kernel: kernel, geometry),
      [
        dependence { r.convolutionTranspose($0, geometry, input: size) },
        rows.dependence { x.convolution($0, taps: $0.forwardTaps(), bias: nil, geometry) },
      ])
  }
}

extension Shape {
  /// The size of the images of a batch of this shape.
  fileprivate var imageSize: ImageSize {
    ImageSize(channels: self[1], height: self[2], width: self[3])
  }
}

extension TensorAlgebra {
  /// A kernel as `convolution` takes it beside the kernel itself.
  fileprivate func forwardTaps() -> Self { transposed([2, 3, 1, 0]).asTaps() }
}
