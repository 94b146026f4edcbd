extension Tensor {
  /// Every element times its channel's factor, plus its channel's shift.
  public func channelScaled(_ scale: Tensor, adding shift: Tensor?, axis: Int) -> Tensor {
    let form = ChannelForm(shape, axis: axis)
    return Tensor(uninitialized: shape) { out in
      form.scale(buffer.pointer, scale, shift, out)
    }
  }

  /// For each channel the sum of the elements and of their products with another tensor's.
  public func channelSums(_ other: Tensor, axis: Int) -> (dots: Tensor, sums: Tensor) {
    ChannelForm(shape, axis: axis).sums(buffer.pointer, other.buffer.pointer, shift: nil)
  }

  /// The mean and the biased variance of each channel.
  public func channelMoments(axis: Int) -> (mean: Tensor, variance: Tensor) {
    ChannelForm(shape, axis: axis).moments(
      buffer.pointer, count: shape.count / max(1, shape[axis]))
  }

  /// The interval of `max(x, 0)` over an interval, both as middle and half width.
  public static func intervalPositivePart(center: Tensor, radius: Tensor) -> (
    center: Tensor, radius: Tensor
  ) {
    let (middle, half) = (Buffer<Scalar>(count: center.count), Buffer<Scalar>(count: center.count))
    Workers.forEachRange(of: center.count, grain: elementGrain) { range in
      let at = range.lowerBound
      Scalar.laneKernels.intervalPositivePart(
        center.buffer.pointer + at, radius.buffer.pointer + at, range.count, middle.pointer + at,
        half.pointer + at)
    }
    return (
      Tensor(shape: center.shape, buffer: middle), Tensor(shape: center.shape, buffer: half)
    )
  }

  /// The transposed derivative of `intervalPositivePart` applied to rows of its results.
  public static func intervalPositivePartGradient(
    center: Tensor, radius: Tensor, rows: (center: Tensor, radius: Tensor)
  ) -> (center: Tensor, radius: Tensor) {
    let (middle, half) = (Buffer<Scalar>(count: center.count), Buffer<Scalar>(count: center.count))
    Workers.forEachRange(of: center.count, grain: elementGrain) { range in
      let at = range.lowerBound
      Scalar.laneKernels.intervalPositivePartGradient(
        center.buffer.pointer + at, radius.buffer.pointer + at, rows.center.buffer.pointer + at,
        rows.radius.buffer.pointer + at, range.count, middle.pointer + at, half.pointer + at)
    }
    return (
      Tensor(shape: center.shape, buffer: middle), Tensor(shape: center.shape, buffer: half)
    )
  }

  /// The elements where a mask of the same shape is positive, 0 elsewhere.
  public func masked(by mask: Tensor) -> Tensor {
    precondition(shape == mask.shape, "Mask \(mask.shape) for \(shape)")
    let result = Buffer<Scalar>(count: count)
    Workers.forEachRange(of: count, grain: Self.elementGrain) { range in
      let at = range.lowerBound
      Scalar.laneKernels.masked(
        buffer.pointer + at, mask.buffer.pointer + at, range.count, result.pointer + at)
    }
    return Tensor(shape: shape, buffer: result)
  }
}

/// A tensor seen as slices of channels: `outer x channels x inner`.
struct ChannelForm: Sendable {
  var outer: Int
  var channels: Int
  var inner: Int
  /// How many of every 16 elements of the last slice hold data.
  var tail = 16

  init(_ shape: Shape, axis: Int) {
    outer = shape.dimensions[..<axis].reduce(1, *)
    channels = shape[axis]
    inner = shape.dimensions[(axis + 1)...].reduce(1, *)
  }

  /// Slices that one thread should have before another is worth waking.
  private var grain: Int { max(1, (1 << 17) / max(1, channels * inner)) }

  func scale<S: TensorScalar>(
    _ a: UnsafePointer<S>, _ scale: Tensor<S>, _ shift: Tensor<S>?, _ out: UnsafeMutablePointer<S>
  ) {
    nonisolated(unsafe) let (a, out) = (a, out)
    Workers.forEachRange(of: outer, grain: grain) { range in
      let at = range.lowerBound * channels * inner
      S.laneKernels.channelAffine(
        a + at, range.count, channels, inner, scale.buffer.pointer, shift?.buffer.pointer, out + at)
    }
  }

  /// Sums of products and of elements, added up in an order that does not depend on the workers.
  func sums<S: TensorScalar>(
    _ a: UnsafePointer<S>, _ b: UnsafePointer<S>?, shift: Tensor<S>?
  ) -> (dots: Tensor<S>, sums: Tensor<S>) {
    let parts = min(outer, 8)
    let partial = Tensor<S>(repeating: 0, [max(1, parts), 2, channels])
    nonisolated(unsafe) let (a, b) = (a, b)
    let work = { @Sendable (part: Int) in
      let range = outer * part / parts..<outer * (part + 1) / parts
      let at = range.lowerBound * channels * inner
      let out = partial.buffer.pointer + part * 2 * channels
      S.laneKernels.channelSums(
        a + at, b.map { $0 + at }, shift?.buffer.pointer, range.count, channels, inner,
        range.upperBound == outer ? tail : 16, out, out + channels)
    }
    if outer * channels * inner < 1 << 16 {
      for part in 0..<parts { work(part) }
    } else {
      Workers.forEach(parts, work)
    }
    let total = partial.reduced(.sum, axis: 0).reshaped([2, channels])
    return (
      total.gathered([0], axis: 0).reshaped([channels]),
      total.gathered([1], axis: 0).reshaped([channels])
    )
  }

  /// Mean and biased variance; each channel is shifted by its first element, so that little cancels.
  func moments<S: TensorScalar>(
    _ a: UnsafePointer<S>, count: Int
  ) -> (mean: Tensor<S>, variance: Tensor<S>) {
    let shift = Tensor<S>(uninitialized: [channels]) { out in
      for c in 0..<channels { out[c] = a[c * inner] }
    }
    let (squares, sums) = self.sums(a, nil, shift: shift)
    let offset = sums * (1 / Double(count))
    let variance = squares * (1 / Double(count)) - offset.applying(.square)
    return (shift + offset, variance.positivePart())
  }
}
