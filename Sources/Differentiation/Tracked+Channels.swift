import Tensors

// The fused steps of training, each with its derivative in as few passes over memory.
extension Tracked {
  /// Each channel times a factor, plus a shift and an addend; gradients of factors and shifts come from one pass.
  public func channelScaled(
    _ scale: Tracked, adding shift: Tracked?, and addend: Tracked?, axis: Int
  ) -> Tracked {
    let (x, s) = (base, scale.base)
    let result = x.channelScaled(s, adding: shift?.base, and: addend?.base, axis: axis)
    // The gradients of the factors and of the shifts come from one pass.
    let sums = Shared<(dots: Base, sums: Base)>()
    return Tracked(
      result,
      [
        dependence { $0.channelScaled(s, adding: nil, axis: axis) },
        scale.dependence { gradient in
          sums.value { gradient.channelSums(x, axis: axis) }.dots
        },
        shift?.dependence { gradient in
          sums.value { gradient.channelSums(x, axis: axis) }.sums
        },
        addend?.dependence { $0 },
      ])
  }

  /// The positive part of each channel times a factor plus a shift; all three gradients come from one pass.
  public func channelRectified(_ scale: Tracked, adding shift: Tracked?, axis: Int) -> Tracked {
    let (x, s, t) = (base, scale.base, shift?.base)
    let shared = Shared<(elements: Base, scale: Base, shift: Base)>()
    let gradients: @Sendable (Base) -> (elements: Base, scale: Base, shift: Base) = { rows in
      shared.value { x.channelRectifiedGradient(rows, s, adding: t, axis: axis) }
    }
    return Tracked(
      x.channelRectified(s, adding: t, axis: axis),
      [
        dependence { gradients($0).elements }, scale.dependence { gradients($0).scale },
        shift?.dependence { gradients($0).shift },
      ])
  }

  /// Mean and variance of each channel; their gradients and that of the values go back together, in one pass.
  public func channelMoments(axis: Int) -> ChannelMoments<Tracked> {
    let moments = base.channelMoments(axis: axis)
    guard isTracked else {
      return ChannelMoments(
        values: self, mean: Tracked(moments.mean), variance: Tracked(moments.variance))
    }
    let (x, mean, weight) = (base, moments.mean, Double(shape[axis]) / Double(shape.count))
    let rows = Gathered<Base>(3)
    let joint = Tracked(
      .full(0, [1]),
      [
        dependence { _ in
          let rows = rows.take()
          let (byMean, byVariance) = (
            rows[1] ?? .full(0, mean.shape), rows[2] ?? .full(0, mean.shape)
          )
          // d mean / dx = 1 / n, d variance / dx = 2 (x - mean) / n.
          let slope = byVariance * (2 * weight)
          return x.channelScaled(
            slope, adding: byMean * weight - slope * mean, and: rows[0], axis: axis)
        }
      ])
    return ChannelMoments(
      values: rows.result(0, x, joint), mean: rows.result(1, mean, joint),
      variance: rows.result(2, moments.variance, joint))
  }

  /// The interval of a ReLU after a factor and a shift, with the sums that regularisers read; all gradients come from one pass.
  public static func rectified(_ interval: ScaledInterval<Tracked>) -> RectifiedInterval<Tracked> {
    let operand = interval.map(\.base)
    let image = Base.rectified(operand)
    let (center, radius) = (interval.center, interval.radius)
    guard
      center.isTracked || radius.isTracked || interval.scale?.isTracked ?? false
        || interval.shift?.isTracked ?? false
    else {
      return RectifiedInterval(
        center: Tracked(image.center), radius: Tracked(image.radius),
        sums: ReLUSums(image.sums.statistics, Tracked(image.sums.value)))
    }
    let rows = Gathered<Base>(3)
    let shared = Shared<ScaledIntervalGradient<Base>>()
    let gradients: @Sendable () -> ScaledIntervalGradient<Base> = {
      shared.value {
        let (rows, shape) = (rows.take(), operand.center.shape)
        return Base.rectifiedGradient(
          operand, center: rows[0] ?? .full(0, shape), radius: rows[1] ?? .full(0, shape),
          sums: rows[2] ?? .full(0, [8]))
      }
    }
    let joint = Tracked(
      .full(0, [1]),
      [
        center.dependence { _ in gradients().center },
        radius.dependence { _ in gradients().radius },
        interval.scale?.dependence { _ in gradients().scale },
        interval.shift?.dependence { _ in gradients().shift },
      ]
    )
    return RectifiedInterval(
      center: rows.result(0, image.center, joint), radius: rows.result(1, image.radius, joint),
      sums: ReLUSums(image.sums.statistics, rows.result(2, image.sums.value, joint)))
  }

  /// The elements where the mask is not 0; the mask carries no gradient.
  public func masked(by mask: Tracked) -> Tracked {
    let chosen = mask.base
    return Tracked(base.masked(by: chosen), [dependence { $0.masked(by: chosen) }])
  }
}
