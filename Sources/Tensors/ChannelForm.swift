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
  var grain: Int { max(1, (1 << 17) / max(1, channels * inner)) }

  /// The parts in which sums are taken; they do not depend on the workers.
  var parts: Int { min(outer, 8) }

  /// Calls a function with each part's slices, and how many of every 16 elements of its last slice hold data.
  func forEachPart(_ body: @escaping @Sendable (Int, Range<Int>, Int) -> Void) {
    let (outer, parts, tail) = (outer, parts, tail)
    let work = { @Sendable (part: Int) in
      let range = outer * part / parts..<outer * (part + 1) / parts
      body(part, range, range.upperBound == outer ? tail : 16)
    }
    if outer * channels * inner < 1 << 16 {
      for part in 0..<parts { work(part) }
    } else {
      Workers.forEach(parts, work)
    }
  }

  // Tensors are taken, not pointers: a tensor that was only just converted lives as long as its variable.

  func scale<S: TensorScalar>(
    _ a: Tensor<S>, _ scale: Tensor<S>, _ shift: Tensor<S>?, _ addend: Tensor<S>?
  ) -> Tensor<S> {
    let result = Buffer<S>(count: a.count)
    Workers.forEachRange(of: outer, grain: grain) { range in
      let at = range.lowerBound * channels * inner
      S.laneKernels.channelAffine(
        a.buffer.pointer + at, range.count, channels, inner, scale.buffer.pointer,
        shift?.buffer.pointer, addend.map { $0.buffer.pointer + at }, result.pointer + at)
    }
    return Tensor(shape: a.shape, buffer: result)
  }

  /// Sums of products and of elements, added up in an order that does not depend on the workers.
  func sums<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>?, shift: Tensor<S>?
  ) -> (dots: Tensor<S>, sums: Tensor<S>) {
    let partial = Tensor<S>(repeating: 0, [max(1, parts), 2, channels])
    forEachPart { part, range, tail in
      let at = range.lowerBound * channels * inner
      let out = partial.buffer.pointer + part * 2 * channels
      S.laneKernels.channelSums(
        a.buffer.pointer + at, b.map { $0.buffer.pointer + at }, shift?.buffer.pointer, range.count,
        channels, inner, tail, out,
        out + channels)
    }
    let total = partial.reduced(.sum, axis: 0).reshaped([2, channels])
    return (
      total.gathered([0], axis: 0).reshaped([channels]),
      total.gathered([1], axis: 0).reshaped([channels])
    )
  }

  /// Mean and biased variance; each channel is shifted by its first element, so that little cancels.
  func moments<S: TensorScalar>(
    _ a: Tensor<S>, count: Int
  ) -> (mean: Tensor<S>, variance: Tensor<S>) {
    let shift = Tensor<S>(uninitialized: [channels]) { out in
      for c in 0..<channels { out[c] = a.buffer.pointer[c * inner] }
    }
    let (squares, sums) = self.sums(a, nil, shift: shift)
    let offset = sums * (1 / Double(count))
    let variance = squares * (1 / Double(count)) - offset.applying(.square)
    return (shift + offset, variance.positivePart())
  }
}
