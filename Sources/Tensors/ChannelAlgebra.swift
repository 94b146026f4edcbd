/// The mean and the biased variance of each channel.
public struct ChannelMoments<T: Sendable>: Sendable {
  /// The elements again. What is computed from these takes its derivative back together with that of the
  /// moments, in one pass over memory.
  public let values: T
  /// The mean, `[channels]`.
  public let mean: T
  /// The variance, `[channels]`.
  public let variance: T

  /// Creates moments.
  public init(values: T, mean: T, variance: T) {
    self.values = values
    self.mean = mean
    self.variance = variance
  }
}

/// Steps of training that touch every element: each has a definition in plain operations, and a number
/// system overrides it where one pass over memory can replace several.
///
/// A channel axis is given by its index in the batch's shape, `[batch, ..., channels, ...]`.
extension TensorAlgebra {
  /// Every element times its channel's factor, plus its channel's shift, plus another tensor.
  ///
  /// - Parameters:
  ///   - scale: The factors, `[channels]`.
  ///   - shift: What is added, `[channels]`; nil for nothing.
  ///   - addend: What is added, of this tensor's shape; nil for nothing.
  public func channelScaled(
    _ scale: Self, adding shift: Self?, and addend: Self?, axis: Int
  ) -> Self {
    let scaled = self * scale.reshaped(channelShape(axis))
    let shifted = shift.map { scaled + $0.reshaped(channelShape(axis)) } ?? scaled
    return addend.map { shifted + $0 } ?? shifted
  }

  /// Every element times its channel's factor, plus its channel's shift.
  public func channelScaled(_ scale: Self, adding shift: Self?, axis: Int) -> Self {
    channelScaled(scale, adding: shift, and: nil, axis: axis)
  }

  /// The positive part of every element times its channel's factor, plus its channel's shift.
  public func channelRectified(_ scale: Self, adding shift: Self?, axis: Int) -> Self {
    channelScaled(scale, adding: shift, axis: axis).positivePart()
  }

  /// The transposed derivative of `channelRectified` applied to rows of its result.
  ///
  /// - Returns: The rows by the elements, and those by the factors and by the shifts, `[channels]` each.
  public func channelRectifiedGradient(
    _ rows: Self, _ scale: Self, adding shift: Self?, axis: Int
  ) -> (elements: Self, scale: Self, shift: Self) {
    let masked = rows.masked(by: channelScaled(scale, adding: shift, axis: axis))
    let sums = masked.channelSums(self, axis: axis)
    return (masked.channelScaled(scale, adding: nil, axis: axis), sums.dots, sums.sums)
  }

  /// For each channel the sum of the elements and of their products with another tensor's.
  ///
  /// - Returns: The sums, `[channels]` each.
  public func channelSums(_ other: Self, axis: Int) -> (dots: Self, sums: Self) {
    ((self * other).channelTotal(axis), channelTotal(axis))
  }

  /// The mean and the biased variance of each channel.
  public func channelMoments(axis: Int) -> ChannelMoments<Self> {
    let weight = Double(shape[axis]) / Double(shape.count)
    let mean = channelTotal(axis) * weight
    let centered = self - mean.reshaped(channelShape(axis))
    return ChannelMoments(
      values: self, mean: mean, variance: centered.applying(.square).channelTotal(axis) * weight)
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
