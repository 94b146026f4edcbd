// The derivative of a convolution by its kernel is one product an image: its rows times its columns. Images are
// added up in parts whose number does not depend on the threads, so that neither does the rounding.
extension Tensor {
  /// The derivative of `sum(rows * convolution(kernel))` by the kernel, where these are the images.
  public func convolutionKernelGradient(
    _ rows: Tensor, kernel: Shape, _ geometry: ConvolutionGeometry
  ) -> Tensor {
    let form = ConvolutionForm(
      input: ImageSize(channels: shape[1], height: shape[2], width: shape[3]), kernel, geometry)
    let images = shape[0]
    precondition(
      rows.shape == [images, form.output.channels, form.output.height, form.output.width],
      "Rows \(rows.shape) of a convolution of \(shape) by \(kernel)")
    let parts = Swift.min(images, 8)
    guard parts > 1 else {
      let result = Tensor(repeating: 0, kernel)
      for image in 0..<images { addKernelGradient(rows, form, image, result.buffer.pointer) }
      return result
    }
    let sums = Buffer<Scalar>(count: parts * kernel.count)
    Workers.forEach(parts) { part in
      let sum = sums.pointer + part * kernel.count
      sum.update(repeating: 0, count: kernel.count)
      for image in images * part / parts..<images * (part + 1) / parts {
        addKernelGradient(rows, form, image, sum)
      }
    }
    return Tensor(shape: Shape([parts] + kernel.dimensions), buffer: sums)
      .reduced(.sum, axis: 0).reshaped(kernel)
  }

  /// Adds one image's part to a gradient.
  private func addKernelGradient(
    _ rows: Tensor, _ form: ConvolutionForm, _ image: Int, _ sum: UnsafeMutablePointer<Scalar>
  ) {
    let columns = Buffer<Scalar>(count: form.isPointwise ? 0 : form.columnCount)
    for group in 0..<form.output.channels / Swift.max(1, form.groupOutputs) {
      let from = buffer.pointer + image * form.input.count + group * form.groupInput.count
      var right = UnsafePointer(from)
      if !form.isPointwise {
        Scalar.imageToColumns(
          from, form.groupInput, form.kernelForm, form.output, columns.pointer)
        right = UnsafePointer(columns.pointer)
      }
      Matrices.multiply(
        transposeA: false, transposeB: true, m: form.groupOutputs, n: form.taps, k: form.pixels,
        rows.buffer.pointer + image * form.output.count + group * form.groupOutputs * form.pixels,
        right, sum + group * form.groupOutputs * form.taps, adding: true)
    }
  }
}
