/// Steps of training that touch every element: each has a definition in plain operations, and a number
/// system overrides it where one pass over memory can replace several.
///
/// A channel axis is given by its index in the batch's shape, `[batch, ..., channels, ...]`.
extension TensorAlgebra {
  /// Every element times its channel's factor, plus its channel's shift.
  ///
  /// - Parameters:
  ///   - scale: The factors, `[channels]`.
  ///   - shift: What is added, `[channels]`; nil for nothing.
  public func channelScaled(_ scale: Self, adding shift: Self?, axis: Int) -> Self {
    let scaled = self * scale.reshaped(channelShape(axis))
    return shift.map { scaled + $0.reshaped(channelShape(axis)) } ?? scaled
  }

  /// For each channel the sum of the elements and of their products with another tensor's.
  ///
  /// - Returns: The sums, `[channels]` each.
  public func channelSums(_ other: Self, axis: Int) -> (dots: Self, sums: Self) {
    ((self * other).channelTotal(axis), channelTotal(axis))
  }

  /// The mean and the biased variance of each channel, `[channels]` each.
  public func channelMoments(axis: Int) -> (mean: Self, variance: Self) {
    let weight = Double(shape[axis]) / Double(shape.count)
    let mean = channelTotal(axis) * weight
    let centered = self - mean.reshaped(channelShape(axis))
    return (mean, centered.applying(.square).channelTotal(axis) * weight)
  }

  /// The interval of `max(x, 0)` over an interval, both as middle and half width.
  ///
  /// - Soundness: The result is the exact image of the interval, up to rounding.
  public static func intervalPositivePart(center: Self, radius: Self) -> (
    center: Self, radius: Self
  ) {
    let (lower, upper) = (
      (center - radius).positivePart(), (center + radius).positivePart()
    )
    return (lower.combined(.mean, upper), upper.combined(.halfDifference, lower))
  }

  /// The transposed derivative of `intervalPositivePart` applied to rows of its results.
  public static func intervalPositivePartGradient(
    center: Self, radius: Self, rows: (center: Self, radius: Self)
  ) -> (center: Self, radius: Self) {
    let low = rows.center.combined(.halfDifference, rows.radius).masked(by: center - radius)
    let high = rows.center.combined(.mean, rows.radius).masked(by: center + radius)
    return (low + high, high - low)
  }

  /// The elements where a mask is positive, 0 elsewhere.
  public func masked(by mask: Self) -> Self {
    self * Self.full(0, [1]).combined(.less, mask)
  }

  /// The sum of each channel over all other axes, `[channels]`.
  func channelTotal(_ axis: Int) -> Self {
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    return reshaped([outer, shape[axis], inner]).reduced(.sum, axis: 2).reduced(.sum, axis: 0)
      .reshaped([shape[axis]])
  }

  /// The shape with which `[channels]` broadcasts along an axis.
  func channelShape(_ axis: Int) -> Shape {
    Shape([shape[axis]] + [Int](repeating: 1, count: shape.rank - axis - 1))
  }
}
