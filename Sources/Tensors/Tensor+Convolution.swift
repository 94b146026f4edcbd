import CKernels

// Convolutions are a spread into columns and one product an image. Winograd and FFT forms are left out on
// purpose: their rounding error cannot be bounded as tightly, and bounds must stay sound.
extension Tensor {
  /// The convolution of images `[n, ci, h, w]` with kernels `[co, ci / groups, kh, kw]`, plus a bias.
  public func convolution(
    _ kernel: Tensor, taps: @autoclosure () -> Tensor, bias: Tensor?,
    _ geometry: ConvolutionGeometry
  ) -> Tensor {
    if geometry.groups == 1, kernel.shape[0] <= 64 {
      return convolutionByPixel(kernel.shape, taps(), bias: bias, geometry)
    }
    let sum = convolutionByColumns(kernel, geometry)
    return bias.map { sum + $0.reshaped([$0.count, 1, 1]) } ?? sum
  }

  /// The convolution with channels last and a block of outputs in registers: best for few channels, where
  /// the columns would take longer to write than to multiply.
  private func convolutionByPixel(
    _ kernel: Shape, _ taps: Tensor, bias: Tensor?, _ geometry: ConvolutionGeometry
  ) -> Tensor {
    let form = ConvolutionForm(
      input: ImageSize(channels: shape[1], height: shape[2], width: shape[3]), kernel,
      geometry)
    let target: Shape = [shape[0], form.output.channels, form.output.height, form.output.width]
    let result = Buffer<Scalar>(count: target.count)
    // Images that a cache holds are best taken several at a time.
    let group = min(12, (1 << 19) / max(1, form.input.count * MemoryLayout<Scalar>.stride))
    Workers.forEachRange(of: shape[0], grain: 1) { range in
      if min(group, range.count) > 2 {
        convolveTogether(range, of: group, form, taps, bias, result.pointer)
      } else {
        convolveOneByOne(range, form, geometry, taps, bias, result.pointer)
      }
    }
    return Tensor(shape: target, buffer: result)
  }

  private func convolveTogether(
    _ range: Range<Int>, of group: Int, _ form: ConvolutionForm, _ taps: Tensor, _ bias: Tensor?,
    _ result: UnsafeMutablePointer<Scalar>
  ) {
    let source = Buffer<Scalar>(count: group * form.input.count)
    let sums = Buffer<Scalar>(count: group * form.output.count)
    let zeros = Tensor(repeating: 0, [form.input.channels])
    for first in stride(from: range.lowerBound, to: range.upperBound, by: group) {
      let count = min(group, range.upperBound - first)
      Scalar.swapAxes(
        buffer.pointer + first * form.input.count, source.pointer, matrices: count,
        rows: form.input.channels, columns: form.input.height * form.input.width)
      Placement(covering: form.input, rows: count).withWindow(0..<count) { from in
        Placement(covering: form.output, rows: count).withWindow(0..<count) { to in
          Scalar.windowKernels.convolve(
            source.pointer, from, form.kernelForm, to, taps.buffer.pointer, taps.shape[2],
            bias?.buffer.pointer, zeros.buffer.pointer, sums.pointer)
        }
      }
      Scalar.swapAxes(
        sums.pointer, result + first * form.output.count, matrices: count, rows: form.pixels,
        columns: form.output.channels)
    }
  }

  private func convolveOneByOne(
    _ range: Range<Int>, _ form: ConvolutionForm, _ geometry: ConvolutionGeometry, _ taps: Tensor,
    _ bias: Tensor?, _ result: UnsafeMutablePointer<Scalar>
  ) {
    // With the padding written out, no pixel of the output is a special case.
    var padded = form.input
    padded.height += geometry.padding[0] + geometry.padding[2]
    padded.width += geometry.padding[1] + geometry.padding[3]
    let source = Tensor(repeating: 0, [padded.height, padded.width, padded.channels])
    let zeros = Tensor(repeating: 0, [padded.channels])
    let sums = Buffer<Scalar>(count: form.output.count)
    let from = Placement(covering: padded, rows: 1)
    let to = Placement(covering: form.output, rows: 1)
    var unpadded = form.kernelForm
    (unpadded.pad_top, unpadded.pad_left) = (0, 0)
    let first = (geometry.padding[0] * padded.width + geometry.padding[1]) * padded.channels
    for image in range {
      Scalar.interleave(
        buffer.pointer + image * form.input.count, form.input, source.buffer.pointer + first,
        width: padded.width)
      from.withWindow(0..<1) { from in
        to.withWindow(0..<1) { to in
          Scalar.windowKernels.convolve(
            source.buffer.pointer, from, unpadded, to, taps.buffer.pointer, taps.shape[2],
            bias?.buffer.pointer, zeros.buffer.pointer, sums.pointer)
        }
      }
      Scalar.swapAxes(
        sums.pointer, result + image * form.output.count, matrices: 1, rows: form.pixels,
        columns: form.output.channels)
    }
  }

  private func convolutionByColumns(_ kernel: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
    let form = ConvolutionForm(
      input: ImageSize(channels: shape[1], height: shape[2], width: shape[3]), kernel.shape,
      geometry)
    let images = shape[0]
    let target: Shape = [images, form.output.channels, form.output.height, form.output.width]
    let result = Buffer<Scalar>(count: target.count)
    Workers.forEachRange(of: images, grain: 1) { range in
      let columns = Buffer<Scalar>(count: form.isPointwise ? 0 : form.columnCount)
      for image in range {
        for group in 0..<geometry.groups {
          let from = buffer.pointer + image * form.input.count + group * form.groupInput.count
          var right = UnsafePointer(from)
          if !form.isPointwise {
            Scalar.imageToColumns(
              from, form.groupInput, form.kernelForm, form.output, columns.pointer)
            right = UnsafePointer(columns.pointer)
          }
          Matrices.multiply(
            transposeA: false, transposeB: false, m: form.groupOutputs, n: form.pixels,
            k: form.taps,
            kernel.buffer.pointer + group * form.groupOutputs * form.taps, right,
            result.pointer + image * form.output.count + group * form.groupOutputs * form.pixels)
        }
      }
    }
    return Tensor(shape: target, buffer: result)
  }

  /// The transpose of `convolution`: maps `[n, co, oh, ow]` back to images of the given size.
  public func convolutionTranspose(
    _ kernel: Tensor, _ geometry: ConvolutionGeometry, input: ImageSize
  ) -> Tensor {
    let form = ConvolutionForm(input: input, kernel.shape, geometry)
    precondition(
      shape[1] == form.output.channels && shape[2] == form.output.height
        && shape[3] == form.output.width, "Transposed convolution of \(shape) by \(kernel.shape)")
    let images = shape[0]
    let result = Tensor(repeating: 0, [images, input.channels, input.height, input.width])
    Workers.forEachRange(of: images, grain: 1) { range in
      let columns = Buffer<Scalar>(count: form.columnCount)
      for image in range {
        for group in 0..<geometry.groups {
          Matrices.multiply(
            transposeA: true, transposeB: false, m: form.taps, n: form.pixels, k: form.groupOutputs,
            kernel.buffer.pointer + group * form.groupOutputs * form.taps,
            buffer.pointer + image * form.output.count + group * form.groupOutputs * form.pixels,
            columns.pointer)
          Scalar.columnsToImage(
            columns.pointer, form.groupInput, form.kernelForm, form.output,
            result.buffer.pointer + image * input.count + group * form.groupInput.count)
        }
      }
    }
    return result
  }
}

/// The sizes that a convolution's products take.
struct ConvolutionForm: Sendable {
  let input: ImageSize
  let groupInput: ImageSize
  let output: ImageSize
  let groupOutputs: Int
  /// Kernel elements that make one output.
  let taps: Int
  let pixels: Int
  let kernelForm: surety_convolution
  /// Whether the image already is its own columns.
  let isPointwise: Bool

  var columnCount: Int { taps * pixels }

  init(input: ImageSize, _ kernel: Shape, _ geometry: ConvolutionGeometry) {
    let size = geometry.outputSize(
      height: input.height, width: input.width, kernel: (kernel[2], kernel[3]))
    precondition(
      input.channels == kernel[1] * geometry.groups && kernel[0] % geometry.groups == 0,
      "Kernel \(kernel) for \(input.channels) channels in \(geometry.groups) groups")
    self.input = input
    groupInput = ImageSize(channels: kernel[1], height: input.height, width: input.width)
    output = ImageSize(channels: kernel[0], height: size.height, width: size.width)
    groupOutputs = kernel[0] / geometry.groups
    taps = kernel[1] * kernel[2] * kernel[3]
    pixels = size.height * size.width
    kernelForm = geometry.kernelForm(kernel: (kernel[2], kernel[3]))
    isPointwise =
      kernel[2] == 1 && kernel[3] == 1 && geometry.stride == [1, 1]
      && geometry.padding.allSatisfy { $0 == 0 }
  }
}
