// Lines followed by `max(x, 0)`, and the derivatives of that.
extension ChannelForm {
  /// The form of an interval's middle; without a scale all elements are one channel.
  init<S: TensorScalar>(_ interval: ScaledInterval<Tensor<S>>) {
    let shape = interval.center.shape
    precondition(
      shape == interval.radius.shape, "Interval of \(shape) and \(interval.radius.shape)")
    self.init(shape, axis: interval.axis)
    guard interval.scale == nil else { return }
    (outer, channels, inner) = (shape[0], 1, shape.count / max(1, shape[0]))
  }

  func rectify<S: TensorScalar>(
    _ a: Tensor<S>, _ scale: Tensor<S>, _ shift: Tensor<S>?
  ) -> Tensor<S> {
    let result = Buffer<S>(count: a.count)
    Workers.forEachRange(of: outer, grain: grain) { range in
      let at = range.lowerBound * channels * inner
      S.laneKernels.channelRectified(
        a.buffer.pointer + at, range.count, channels, inner, scale.buffer.pointer,
        shift?.buffer.pointer, result.pointer + at)
    }
    return Tensor(shape: a.shape, buffer: result)
  }

  func rectifyGradient<S: TensorScalar>(
    _ a: Tensor<S>, _ rows: Tensor<S>, _ scale: Tensor<S>, _ shift: Tensor<S>?
  ) -> (elements: Tensor<S>, scale: Tensor<S>, shift: Tensor<S>) {
    let partial = Tensor<S>(repeating: 0, [max(1, parts), 2, channels])
    let result = Buffer<S>(count: a.count)
    forEachPart { part, range, tail in
      let at = range.lowerBound * channels * inner
      let sums = partial.buffer.pointer + part * 2 * channels
      S.laneKernels.channelRectifiedGradient(
        a.buffer.pointer + at, rows.buffer.pointer + at, range.count, channels, inner, tail,
        scale.buffer.pointer, shift?.buffer.pointer, result.pointer + at, sums, sums + channels)
    }
    let totals = partial.reduced(.sum, axis: 0).reshaped([2, channels])
    return (Tensor(shape: a.shape, buffer: result), totals.line(0), totals.line(1))
  }

  func rectify<S: TensorScalar>(
    _ interval: ScaledInterval<Tensor<S>>
  ) -> RectifiedInterval<Tensor<S>> {
    let (center, radius) = (interval.center, interval.radius)
    let (middle, half) = (Buffer<S>(count: center.count), Buffer<S>(count: center.count))
    let partial = Tensor<Double>(repeating: 0, [max(1, parts), 8])
    forEachPart { part, range, tail in
      let at = range.lowerBound * channels * inner
      S.laneKernels.intervalRectified(
        center.buffer.pointer + at, radius.buffer.pointer + at, range.count, channels, inner, tail,
        interval.scale?.buffer.pointer, interval.shift?.buffer.pointer, middle.pointer + at,
        half.pointer + at, partial.buffer.pointer + part * 8)
    }
    let sums = partial.reduced(.sum, axis: 0).reshaped([8])
    return RectifiedInterval(
      center: Tensor(shape: center.shape, buffer: middle),
      radius: Tensor(shape: center.shape, buffer: half),
      sums: ReLUSums(ReLUStatistics(sums.scalars), Tensor(converting: sums)))
  }

  func rectifyGradient<S: TensorScalar>(
    _ interval: ScaledInterval<Tensor<S>>, _ rowCenter: Tensor<S>, _ rowRadius: Tensor<S>,
    _ rowSums: Tensor<S>
  ) -> ScaledIntervalGradient<Tensor<S>> {
    let (center, radius) = (interval.center, interval.radius)
    let (middle, half) = (Buffer<S>(count: center.count), Buffer<S>(count: center.count))
    let partial = Tensor<S>(repeating: 0, [max(1, parts), 3, channels])
    forEachPart { part, range, tail in
      let at = range.lowerBound * channels * inner
      S.laneKernels.intervalRectifiedGradient(
        center.buffer.pointer + at, radius.buffer.pointer + at, rowCenter.buffer.pointer + at,
        rowRadius.buffer.pointer + at, range.count, channels, inner, tail,
        interval.scale?.buffer.pointer, interval.shift?.buffer.pointer, rowSums.buffer.pointer,
        middle.pointer + at, half.pointer + at, partial.buffer.pointer + part * 3 * channels)
    }
    let totals = partial.reduced(.sum, axis: 0).reshaped([3, channels])
    let sign = interval.scale?.applying(.sign) ?? Tensor(repeating: 1, [channels])
    return ScaledIntervalGradient(
      center: Tensor(shape: center.shape, buffer: middle),
      radius: Tensor(shape: center.shape, buffer: half),
      scale: totals.line(0) + sign * totals.line(2), shift: totals.line(1))
  }
}

extension Tensor {
  /// One row of a matrix.
  fileprivate func line(_ index: Int32) -> Tensor {
    gathered([index], axis: 0).reshaped([shape[1]])
  }
}
