import CKernels

extension Lanes {
  public func convolution(
    _ kernel: Lanes, taps: @autoclosure () -> Lanes, bias: Lanes?, _ geometry: ConvolutionGeometry
  ) -> Lanes {
    guard LaneConvolution.supports(kernel.shape, geometry) else {
      return Lanes(
        plain: plain.convolution(
          kernel.plain, taps: taps().plain, bias: bias?.plain, geometry))
    }
    let form = ConvolutionForm(
      input: ImageSize(channels: shape[1], height: shape[2], width: shape[3]), kernel.shape,
      geometry)
    let outputs = form.output.channels
    let result = LaneConvolution(form, geometry).apply(
      to: blocks, kernel.plain,
      bias: bias?.plain ?? Tensor(repeating: 0, [outputs]), transposed: false)
    return Lanes(
      blocks: result, [shape[0], outputs, form.output.height, form.output.width])
  }

  public func convolution(
    _ kernel: Lanes, bias: Lanes, scaledBy factors: Lanes, _ geometry: ConvolutionGeometry
  ) -> Lanes {
    guard LaneConvolution.supports(kernel.shape, geometry) else {
      return Lanes(
        plain: plain.convolution(
          kernel.plain, bias: bias.plain, scaledBy: factors.plain, geometry))
    }
    let form = ConvolutionForm(
      input: ImageSize(channels: shape[1], height: shape[2], width: shape[3]), kernel.shape,
      geometry)
    let output = form.output
    let result = LaneConvolution(form, geometry).apply(
      to: blocks, kernel.plain, bias: bias.plain, biasScale: factors.blocks, transposed: false)
    return Lanes(blocks: result, [shape[0], output.channels, output.height, output.width])
  }

  public func convolutionTranspose(
    _ kernel: Lanes, _ geometry: ConvolutionGeometry, input: ImageSize
  ) -> Lanes {
    guard LaneConvolution.supports(kernel.shape, geometry) else {
      return Lanes(plain: plain.convolutionTranspose(kernel.plain, geometry, input: input))
    }
    let form = ConvolutionForm(input: input, kernel.shape, geometry)
    let result = LaneConvolution(form, geometry).apply(
      to: blocks, kernel.plain, bias: Tensor(repeating: 0, [input.channels]), transposed: true)
    return Lanes(blocks: result, [shape[0], input.channels, input.height, input.width])
  }

  public func convolutionKernelGradient(
    _ rows: Lanes, kernel: Shape, _ geometry: ConvolutionGeometry
  ) -> Lanes {
    // With many channels the sums of all lanes would no longer fit in a cache beside the images.
    guard LaneConvolution.supports(kernel, geometry), kernel.count * Self.width <= 1 << 17 else {
      return Lanes(plain: plain.convolutionKernelGradient(rows.plain, kernel: kernel, geometry))
    }
    let form = ConvolutionForm(
      input: ImageSize(channels: shape[1], height: shape[2], width: shape[3]), kernel, geometry)
    return Lanes(
      plain: LaneConvolution(form, geometry).kernelGradient(
        blocks, rows.blocks, tail: tail, kernel))
  }
}

/// A convolution over blocks of images.
private struct LaneConvolution: Sendable {
  let form: ConvolutionForm
  let geometry: ConvolutionGeometry

  init(_ form: ConvolutionForm, _ geometry: ConvolutionGeometry) {
    self.form = form
    self.geometry = geometry
  }

  static func supports(_ kernel: Shape, _ geometry: ConvolutionGeometry) -> Bool {
    geometry.groups == 1 && max(kernel[2], kernel[3]) <= Int(SURETY_LARGEST_KERNEL)
  }

  /// Elements that the rows of an image take which `rows` rows of output read, zeros on both sides included.
  private func ringCount(channels: Int, rows: Int) -> Int {
    let slots =
      (rows - 1) * geometry.stride[0]
      + (form.kernelForm.kernel_h - 1) * geometry.dilation[0] + 1
    let reach = 2 * form.kernelForm.kernel_w * geometry.dilation[1] + geometry.stride[1]
    let padded =
      2 * max(form.input.width, form.output.width) + reach + geometry.padding[1]
      + geometry.padding[3]
    return slots * channels * padded * Int(SURETY_LANES)
  }

  func apply<S: TensorScalar>(
    to images: Tensor<S>, _ kernel: Tensor<S>, bias: Tensor<S>, biasScale: Tensor<S>? = nil,
    transposed: Bool
  ) -> Tensor<S> {
    let (from, to) = transposed ? (form.output, form.input) : (form.input, form.output)
    let result = Tensor<S>(
      shape: [images.shape[0], to.channels, to.height, to.width, Int(SURETY_LANES)],
      buffer: Buffer<S>(count: images.shape[0] * to.count * Int(SURETY_LANES)))
    let work = Work(images: images, bias: bias, biasScale: biasScale, from: from, to: to)
    if isWinograd(kernel.shape) {
      fewer(work, kernel, transposed: transposed, result)
    } else {
      direct(work, kernel, transposed: transposed, result)
    }
    return result
  }

  /// What one convolution reads.
  private struct Work<S: TensorScalar>: Sendable {
    let images: Tensor<S>
    let bias: Tensor<S>
    let biasScale: Tensor<S>?
    let from: ImageSize
    let to: ImageSize

    /// One block's images, factors of the bias, and place in the result.
    func block(_ index: Int) -> (UnsafePointer<S>, UnsafePointer<S>?, Int) {
      let lanes = Int(SURETY_LANES)
      return (
        UnsafePointer(images.buffer.pointer + index * from.count * lanes),
        biasScale.map { UnsafePointer($0.buffer.pointer + index * lanes) }, index * to.count * lanes
      )
    }
  }

  /// Whether fewer multiplications are worth the transforms around them.
  private func isWinograd(_ kernel: Shape) -> Bool {
    kernel[2] == 3 && kernel[3] == 3 && geometry.stride == [1, 1] && geometry.dilation == [1, 1]
      && min(kernel[0], kernel[1]) >= 12
  }

  private func direct<S: TensorScalar>(
    _ work: Work<S>, _ kernel: Tensor<S>, transposed: Bool, _ result: Tensor<S>
  ) {
    let (from, to) = (work.from, work.to)
    let packed = Tensor<S>(uninitialized: kernel.shape) { out in
      S.laneKernels.pack(
        kernel.buffer.pointer, to.channels, from.channels,
        form.kernelForm.kernel_h * form.kernelForm.kernel_w, transposed ? 1 : 0, out)
    }
    Workers.forEach(work.images.shape[0]) { index in
      let (images, biasScale, at) = work.block(index)
      S.laneKernels.convolve(
        images, from.channels, from.height, from.width, form.kernelForm, transposed ? 1 : 0,
        packed.buffer.pointer, work.bias.buffer.pointer, biasScale, to.channels, to.height,
        to.width,
        result.buffer.pointer + at)
    }
  }

  private func fewer<S: TensorScalar>(
    _ work: Work<S>, _ kernel: Tensor<S>, transposed: Bool, _ result: Tensor<S>
  ) {
    let (from, to, lanes) = (work.from, work.to, Int(SURETY_LANES))
    let packed = Tensor<S>(uninitialized: [16 * kernel.shape[0] * kernel.shape[1]]) { out in
      S.laneKernels.winogradPack(
        kernel.buffer.pointer, to.channels, from.channels, transposed ? 1 : 0, out)
    }
    let pad = geometry.padding.prefix(2).map { transposed ? 2 - $0 : $0 }
    let tileCount = (to.height + 1) / 2 * ((to.width + 1) / 2)
    // As many tiles at a time as leave their products in the second cache.
    let tileSize = 16 * (from.channels + to.channels) * lanes
    let group = max(1, min(tileCount, (1 << 18) / (tileSize * MemoryLayout<S>.stride)))
    Workers.forEachRange(of: work.images.shape[0], grain: 1) { range in
      let scratch = Buffer<S>(count: tileSize * group)
      for index in range {
        let (images, biasScale, at) = work.block(index)
        S.laneKernels.winograd(
          images, from.channels, from.height, from.width, pad[0], pad[1], packed.buffer.pointer,
          work.bias.buffer.pointer, biasScale, to.channels, to.height, to.width, group,
          scratch.pointer, result.buffer.pointer + at)
      }
    }
  }

  /// The derivative by the kernels, added up in an order that does not depend on the workers.
  func kernelGradient<S: TensorScalar>(
    _ images: Tensor<S>, _ rows: Tensor<S>, tail: Int, _ kernel: Shape
  ) -> Tensor<S> {
    let (blocks, lanes) = (images.shape[0], Int(SURETY_LANES))
    let taps = kernel[2] * kernel[3]
    let parts = min(blocks, 4)
    let sums = (0..<parts).map { _ in Tensor<S>(repeating: 0, kernel) }
    let panels = (kernel[0] + 7) / 8 * kernel[1] * taps * 8 * lanes
    Workers.forEach(parts) { part in
      let partial = Tensor<S>(repeating: 0, [panels])
      let ring = ringCount(channels: form.input.channels, rows: Int(SURETY_LANE_CHUNK))
      let scratch = Buffer<S>(
        count: ring + 8 * Int(SURETY_LANE_CHUNK) * max(32, form.output.width) * lanes)
      for block in blocks * part / parts..<blocks * (part + 1) / parts {
        S.laneKernels.kernelGradient(
          images.buffer.pointer + block * form.input.count * lanes, form.input.channels,
          form.input.height, form.input.width, form.kernelForm,
          rows.buffer.pointer + block * form.output.count * lanes, form.output.channels,
          form.output.height, form.output.width, block + 1 == blocks ? tail : lanes,
          scratch.pointer, partial.buffer.pointer)
      }
      S.laneKernels.kernelSum(
        partial.buffer.pointer, kernel[1], taps, kernel[0], sums[part].buffer.pointer)
    }
    return sums.dropFirst().reduce(sums[0]) { $0 + $1 }
  }
}
