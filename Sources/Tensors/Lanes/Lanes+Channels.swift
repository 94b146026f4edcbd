extension Lanes {
  /// The blocks seen as slices of channels.
  private func form(_ axis: Int) -> ChannelForm {
    var form = ChannelForm(Self.blockShape(shape), axis: axis)
    form.tail = tail
    return form
  }

  public func channelScaled(_ scale: Lanes, adding shift: Lanes?, axis: Int) -> Lanes {
    guard axis > 0, let blocks = blocksIfAny else {
      return Lanes(plain: plain.channelScaled(scale.plain, adding: shift?.plain, axis: axis))
    }
    let result = Tensor<Scalar>(uninitialized: blocks.shape) { out in
      form(axis).scale(blocks.buffer.pointer, scale.plain, shift?.plain, out)
    }
    return Lanes(blocks: result, shape)
  }

  public func channelSums(_ other: Lanes, axis: Int) -> (dots: Lanes, sums: Lanes) {
    guard axis > 0, isBlocked || other.isBlocked else {
      let (dots, sums) = plain.channelSums(other.plain, axis: axis)
      return (Lanes(plain: dots), Lanes(plain: sums))
    }
    let (dots, sums) = form(axis).sums(
      blocks.buffer.pointer, other.blocks.buffer.pointer, shift: nil)
    return (Lanes(plain: dots), Lanes(plain: sums))
  }

  public func channelMoments(axis: Int) -> (mean: Lanes, variance: Lanes) {
    let count = shape.count / max(1, shape[axis])
    let moments =
      if axis > 0, let blocks = blocksIfAny {
        form(axis).moments(blocks.buffer.pointer, count: count)
      } else {
        plain.channelMoments(axis: axis)
      }
    return (Lanes(plain: moments.mean), Lanes(plain: moments.variance))
  }

  public static func intervalPositivePart(center: Lanes, radius: Lanes) -> (
    center: Lanes, radius: Lanes
  ) {
    guard center.isBlocked || radius.isBlocked else {
      let plain = Tensor.intervalPositivePart(center: center.plain, radius: radius.plain)
      return (Lanes(plain: plain.center), Lanes(plain: plain.radius))
    }
    let blocks = Tensor.intervalPositivePart(center: center.blocks, radius: radius.blocks)
    return (Lanes(blocks: blocks.center, center.shape), Lanes(blocks: blocks.radius, center.shape))
  }

  public static func intervalPositivePartGradient(
    center: Lanes, radius: Lanes, rows: (center: Lanes, radius: Lanes)
  ) -> (center: Lanes, radius: Lanes) {
    guard center.isBlocked || radius.isBlocked else {
      let plain = Tensor.intervalPositivePartGradient(
        center: center.plain, radius: radius.plain, rows: (rows.center.plain, rows.radius.plain))
      return (Lanes(plain: plain.center), Lanes(plain: plain.radius))
    }
    let blocks = Tensor.intervalPositivePartGradient(
      center: center.blocks, radius: radius.blocks, rows: (rows.center.blocks, rows.radius.blocks))
    return (Lanes(blocks: blocks.center, center.shape), Lanes(blocks: blocks.radius, center.shape))
  }

  public func masked(by mask: Lanes) -> Lanes {
    guard shape == mask.shape, isBlocked || mask.isBlocked else {
      return Lanes(plain: plain.masked(by: mask.plain))
    }
    return Lanes(blocks: blocks.masked(by: mask.blocks), shape)
  }
}
