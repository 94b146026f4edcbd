extension Tensor {
  /// Every element times its channel's factor, plus its channel's shift, plus another tensor.
  public func channelScaled(
    _ scale: Tensor, adding shift: Tensor?, and addend: Tensor?, axis: Int
  ) -> Tensor {
    precondition(addend.map { $0.shape == shape } ?? true, "An addend of another shape")
    return ChannelForm(shape, axis: axis).scale(self, scale, shift, addend)
  }

  /// The positive part of every element times its channel's factor, plus its channel's shift.
  public func channelRectified(_ scale: Tensor, adding shift: Tensor?, axis: Int) -> Tensor {
    ChannelForm(shape, axis: axis).rectify(self, scale, shift)
  }

  /// The transposed derivative of `channelRectified` applied to rows of its result.
  public func channelRectifiedGradient(
    _ rows: Tensor, _ scale: Tensor, adding shift: Tensor?, axis: Int
  ) -> (elements: Tensor, scale: Tensor, shift: Tensor) {
    ChannelForm(shape, axis: axis).rectifyGradient(self, rows, scale, shift)
  }

  /// For each channel the sum of the elements and of their products with another tensor's.
  public func channelSums(_ other: Tensor, axis: Int) -> (dots: Tensor, sums: Tensor) {
    ChannelForm(shape, axis: axis).sums(self, other, shift: nil)
  }

  /// The mean and the biased variance of each channel.
  public func channelMoments(axis: Int) -> ChannelMoments<Tensor> {
    let moments = ChannelForm(shape, axis: axis).moments(
      self, count: shape.count / max(1, shape[axis]))
    return ChannelMoments(values: self, mean: moments.mean, variance: moments.variance)
  }

  /// The image of an interval under `max(x, 0)`, and sums over the interval.
  public static func rectified(_ interval: ScaledInterval<Tensor>) -> RectifiedInterval<Tensor> {
    ChannelForm(interval).rectify(interval)
  }

  /// The transposed derivative of `rectified` applied to rows of its image and of its sums.
  public static func rectifiedGradient(
    _ interval: ScaledInterval<Tensor>, center: Tensor, radius: Tensor, sums: Tensor
  ) -> ScaledIntervalGradient<Tensor> {
    ChannelForm(interval).rectifyGradient(interval, center, radius, sums)
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
