extension Lanes {
  /// The blocks seen as slices of channels.
  private func form(_ axis: Int) -> ChannelForm {
    var form = ChannelForm(Self.blockShape(shape), axis: axis)
    form.tail = tail
    return form
  }

  public func channelScaled(
    _ scale: Lanes, adding shift: Lanes?, and addend: Lanes?, axis: Int
  ) -> Lanes {
    guard axis > 0, isBlocked || addend?.isBlocked ?? false else {
      return Lanes(
        plain: plain.channelScaled(
          scale.plain, adding: shift?.plain, and: addend?.plain, axis: axis))
    }
    return Lanes(
      blocks: form(axis).scale(blocks, scale.plain, shift?.plain, addend?.blocks), shape)
  }

  public func channelRectified(_ scale: Lanes, adding shift: Lanes?, axis: Int) -> Lanes {
    guard axis > 0, let blocks = blocksIfAny else {
      return Lanes(plain: plain.channelRectified(scale.plain, adding: shift?.plain, axis: axis))
    }
    return Lanes(blocks: form(axis).rectify(blocks, scale.plain, shift?.plain), shape)
  }

  public func channelRectifiedGradient(
    _ rows: Lanes, _ scale: Lanes, adding shift: Lanes?, axis: Int
  ) -> (elements: Lanes, scale: Lanes, shift: Lanes) {
    guard axis > 0, isBlocked || rows.isBlocked else {
      let plain = plain.channelRectifiedGradient(
        rows.plain, scale.plain, adding: shift?.plain, axis: axis)
      return (Lanes(plain: plain.elements), Lanes(plain: plain.scale), Lanes(plain: plain.shift))
    }
    let result = form(axis).rectifyGradient(blocks, rows.blocks, scale.plain, shift?.plain)
    return (
      Lanes(blocks: result.elements, shape), Lanes(plain: result.scale), Lanes(plain: result.shift)
    )
  }

  public func channelSums(_ other: Lanes, axis: Int) -> (dots: Lanes, sums: Lanes) {
    guard axis > 0, isBlocked || other.isBlocked else {
      let (dots, sums) = plain.channelSums(other.plain, axis: axis)
      return (Lanes(plain: dots), Lanes(plain: sums))
    }
    let (dots, sums) = form(axis).sums(blocks, other.blocks, shift: nil)
    return (Lanes(plain: dots), Lanes(plain: sums))
  }

  public func channelMoments(axis: Int) -> ChannelMoments<Lanes> {
    let count = shape.count / max(1, shape[axis])
    guard axis > 0, let blocks = blocksIfAny else {
      let moments = plain.channelMoments(axis: axis)
      return ChannelMoments(
        values: self, mean: Lanes(plain: moments.mean), variance: Lanes(plain: moments.variance))
    }
    let moments = form(axis).moments(blocks, count: count)
    return ChannelMoments(
      values: self, mean: Lanes(plain: moments.mean), variance: Lanes(plain: moments.variance))
  }

  public static func rectified(_ interval: ScaledInterval<Lanes>) -> RectifiedInterval<Lanes> {
    let shape = interval.center.shape
    guard let blocks = interval.blocks() else {
      let image = Tensor.rectified(interval.map(\.plain))
      return RectifiedInterval(
        center: Lanes(plain: image.center), radius: Lanes(plain: image.radius),
        sums: ReLUSums(image.sums.statistics, Lanes(plain: image.sums.value)))
    }
    let image = interval.form(of: blocks).rectify(blocks)
    return RectifiedInterval(
      center: Lanes(blocks: image.center, shape), radius: Lanes(blocks: image.radius, shape),
      sums: ReLUSums(image.sums.statistics, Lanes(plain: image.sums.value)))
  }

  public static func rectifiedGradient(
    _ interval: ScaledInterval<Lanes>, center: Lanes, radius: Lanes, sums: Lanes
  ) -> ScaledIntervalGradient<Lanes> {
    let shape = interval.center.shape
    guard let blocks = interval.blocks() else {
      let rows = Tensor.rectifiedGradient(
        interval.map(\.plain), center: center.plain, radius: radius.plain, sums: sums.plain)
      return ScaledIntervalGradient(
        center: Lanes(plain: rows.center), radius: Lanes(plain: rows.radius),
        scale: Lanes(plain: rows.scale), shift: Lanes(plain: rows.shift))
    }
    let rows = interval.form(of: blocks).rectifyGradient(
      blocks, center.blocks, radius.blocks, sums.plain)
    return ScaledIntervalGradient(
      center: Lanes(blocks: rows.center, shape), radius: Lanes(blocks: rows.radius, shape),
      scale: Lanes(plain: rows.scale), shift: Lanes(plain: rows.shift))
  }

  public func masked(by mask: Lanes) -> Lanes {
    guard shape == mask.shape, isBlocked || mask.isBlocked else {
      return Lanes(plain: plain.masked(by: mask.plain))
    }
    return Lanes(blocks: blocks.masked(by: mask.blocks), shape)
  }
}

extension ScaledInterval {
  /// The interval over blocks, if either part is kept so and its channels are features.
  fileprivate func blocks<S>() -> ScaledInterval<Tensor<S>>? where T == Lanes<S> {
    guard center.isBlocked || radius.isBlocked, axis > 0 || scale == nil else { return nil }
    return ScaledInterval<Tensor<S>>(
      center: center.blocks, radius: radius.blocks, scale: scale?.plain, shift: shift?.plain,
      axis: axis)
  }

  /// The slices of its blocks, of the last of which only the examples count.
  fileprivate func form<S>(of blocks: ScaledInterval<Tensor<S>>) -> ChannelForm
  where T == Lanes<S> {
    var form = ChannelForm(blocks)
    form.tail = center.tail
    return form
  }
}
