/// An interval that is `scale * center + shift`, plus or minus `|scale| * radius`, along an axis of channels.
public struct ScaledInterval<T: Sendable>: Sendable {
  /// The middle before the scale.
  public var center: T
  /// Half the width before the scale.
  public var radius: T
  /// The factor of each channel, `[channels]`; nil for 1.
  public var scale: T?
  /// What is added to each channel, `[channels]`; nil for 0.
  public var shift: T?
  /// The channel axis.
  public var axis: Int

  /// Creates an interval.
  public init(center: T, radius: T, scale: T? = nil, shift: T? = nil, axis: Int = 0) {
    self.center = center
    self.radius = radius
    self.scale = scale
    self.shift = shift
    self.axis = axis
  }

  /// The interval with each of its tensors replaced.
  public func map<U>(_ transform: (T) -> U) -> ScaledInterval<U> {
    ScaledInterval<U>(
      center: transform(center), radius: transform(radius), scale: scale.map(transform),
      shift: shift.map(transform), axis: axis)
  }
}

/// The image of an interval under `max(x, 0)`, and sums over the interval itself.
public struct RectifiedInterval<T: Sendable>: Sendable {
  /// The middle of the image.
  public var center: T
  /// Half the width of the image.
  public var radius: T
  /// The sums.
  public var sums: ReLUSums<T>

  /// Creates an image.
  public init(center: T, radius: T, sums: ReLUSums<T>) {
    self.center = center
    self.radius = radius
    self.sums = sums
  }
}

/// Sums over the intervals at the input of a ReLU, twice: as numbers, and as a value with a derivative.
public struct ReLUSums<T: Sendable>: Sendable {
  /// The sums.
  public var statistics: ReLUStatistics
  /// The eight sums in the order of `ReLUStatistics.scalars`.
  public var value: T

  /// Creates sums.
  public init(_ statistics: ReLUStatistics, _ value: T) {
    self.statistics = statistics
    self.value = value
  }
}

extension ScaledInterval where T: TensorAlgebra {
  /// The middle and half the width.
  public var ends: (center: T, radius: T) {
    guard let scale else { return (center, radius) }
    return (
      center.channelScaled(scale, adding: shift, axis: axis),
      radius.channelScaled(scale.magnitude(), adding: nil, axis: axis)
    )
  }
}

/// The derivative of an image by what a `ScaledInterval` consists of.
public struct ScaledIntervalGradient<T: Sendable>: Sendable {
  /// By the middle before the scale.
  public var center: T
  /// By half the width before the scale.
  public var radius: T
  /// By the factors, `[channels]`.
  public var scale: T
  /// By what is added, `[channels]`.
  public var shift: T
}

extension TensorAlgebra {
  /// The image of an interval under `max(x, 0)`, and sums over the interval.
  ///
  /// - Soundness: The image is exact, up to rounding.
  public static func rectified(_ interval: ScaledInterval<Self>) -> RectifiedInterval<Self> {
    let (center, radius) = interval.ends
    let (low, high) = (center - radius, center + radius)
    let (lower, upper) = (low.positivePart(), high.positivePart())
    let zero = full(0, [1])
    let (on, off) = (zero.combined(.less, low), high.combined(.less, zero))
    let sums = [radius, center] + [on, off].flatMap { [$0, $0 * center, $0 * center * center] }
    let value = concatenated(
      sums.map { $0.reshaped([$0.shape.count]).reduced(.sum, axis: 0) }, axis: 0)
    return RectifiedInterval(
      center: lower.combined(.mean, upper), radius: upper.combined(.halfDifference, lower),
      sums: ReLUSums(ReLUStatistics(value.values.scalars), value))
  }

  /// The transposed derivative of `rectified` applied to rows of its image and of its sums.
  public static func rectifiedGradient(
    _ interval: ScaledInterval<Self>, center rowCenter: Self, radius rowRadius: Self, sums: Self
  ) -> ScaledIntervalGradient<Self> {
    let (center, radius) = interval.ends
    let (low, high, zero) = (center - radius, center + radius, full(0, [1]))
    let (on, off) = (zero.combined(.less, low), high.combined(.less, zero))
    let weight = (0..<8 as Range<Int32>).map { sums.gathered([$0], axis: 0) }
    let byLow = rowCenter.combined(.halfDifference, rowRadius).masked(by: low)
    let byHigh = rowCenter.combined(.mean, rowRadius).masked(by: high)
    let byOn = on * (center * (weight[4] * 2) + weight[3])
    let byOff = off * (center * (weight[7] * 2) + weight[6])
    let byCenter = byLow + byHigh + byOn + byOff + weight[1]
    let byRadius = byHigh - byLow + weight[0]
    guard let scale = interval.scale else {
      return ScaledIntervalGradient(center: byCenter, radius: byRadius, scale: zero, shift: zero)
    }
    let sign = scale.applying(.sign)
    let dots = byCenter.channelSums(interval.center, axis: interval.axis)
    return ScaledIntervalGradient(
      center: byCenter.channelScaled(scale, adding: nil, axis: interval.axis),
      radius: byRadius.channelScaled(scale.magnitude(), adding: nil, axis: interval.axis),
      scale: dots.dots + sign
        * byRadius.channelSums(interval.radius, axis: interval.axis).dots,
      shift: dots.sums)
  }
}
