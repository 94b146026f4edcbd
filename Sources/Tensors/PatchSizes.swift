import CKernels

extension Tensor {
  public static func patchSizes(
    lower: Tensor, upper: Tensor, atLeast least: Double, factors: Tensor,
    kernel: (height: Int, width: Int), _ geometry: ConvolutionGeometry
  ) -> Tensor? {
    precondition(
      lower.shape == upper.shape && lower.shape.rank == 4 && geometry.groups == 1,
      "Windows of \(lower.shape) and \(upper.shape)")
    let (images, channels) = (lower.shape[0], lower.shape[1])
    let (height, width) = (lower.shape[2], lower.shape[3])
    let output = geometry.outputSize(height: height, width: width, kernel: kernel)
    let (pixels, places) = (height * width, output.height * output.width)
    let result = Buffer<Scalar>(count: images * factors.count * places)
    Workers.forEachRange(of: images, grain: max(1, elementGrain / max(1, channels * pixels))) {
      range in
      let scratch = Buffer<Scalar>(count: pixels + places)
      let first = range.lowerBound
      Scalar.outwardKernels.patchSizes(
        lower.buffer.pointer + first * channels * pixels,
        upper.buffer.pointer + first * channels * pixels, Scalar(least),
        surety_patches(
          images: range.count, channels: channels, height: height, width: width,
          out_height: output.height, out_width: output.width, kernel_height: kernel.height,
          kernel_width: kernel.width, outputs: factors.count,
          stride: (geometry.stride[0], geometry.stride[1]),
          padding: (geometry.padding[0], geometry.padding[1]),
          dilation: (geometry.dilation[0], geometry.dilation[1])),
        factors.buffer.pointer, scratch.pointer, result.pointer + first * factors.count * places)
    }
    return Tensor(
      shape: [images, factors.count, output.height, output.width], buffer: result)
  }
}
