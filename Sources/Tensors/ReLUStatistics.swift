/// Sums over the intervals `c +- r` at the input of a ReLU, over all elements of a batch.
///
/// An element is active when its interval lies above 0 and inactive when it lies below.
public struct ReLUStatistics: Sendable, Hashable {
  /// The sum of the half widths.
  public var radius = 0.0
  /// The sum of the middles.
  public var center = 0.0
  /// The number of active elements, and the sums of their middles and of the squares of those.
  public var active = Moments()
  /// The same of the inactive elements.
  public var inactive = Moments()

  /// A count, a sum and a sum of squares.
  public struct Moments: Sendable, Hashable {
    /// How many there are.
    public var count = 0.0
    /// The sum.
    public var sum = 0.0
    /// The sum of the squares.
    public var squares = 0.0

    /// Creates moments.
    public init(count: Double = 0, sum: Double = 0, squares: Double = 0) {
      self.count = count
      self.sum = sum
      self.squares = squares
    }
  }

  /// Creates sums that are all 0.
  public init() {}

  /// Creates sums from the order in which the kernel leaves them.
  init(_ sums: [Double]) {
    radius = sums[0]
    center = sums[1]
    active = Moments(count: sums[2], sum: sums[3], squares: sums[4])
    inactive = Moments(count: sums[5], sum: sums[6], squares: sums[7])
  }
}

extension TensorAlgebra {
  /// Sums over the intervals at the input of a ReLU.
  public static func reluStatistics(center: Self, radius: Self) -> ReLUStatistics {
    Tensor<Double>.reluStatistics(center: center.values, radius: radius.values)
  }

  /// The derivative of `reluStatistics` by the middles, for weights of the sums.
  public static func reluStatisticsGradient(
    center: Self, radius: Self, _ weights: ReLUStatistics
  ) -> Self {
    Self(
      Tensor<Double>.reluStatisticsGradient(
        center: center.values, radius: radius.values, weights))
  }
}

extension Tensor {
  /// Sums over the intervals at the input of a ReLU.
  public static func reluStatistics(center: Tensor, radius: Tensor) -> ReLUStatistics {
    reluStatistics(center, radius, outer: 1, tail: 16)
  }

  /// Sums over slices, of the last of which only the first `tail` of each 16 elements count.
  static func reluStatistics(
    _ center: Tensor, _ radius: Tensor, outer: Int, tail: Int
  ) -> ReLUStatistics {
    var sums = [Double](repeating: 0, count: 8)
    let inner = center.count / max(1, outer)
    // In parts that do not depend on the workers, added up in order.
    let parts = min(outer, 8)
    let partial = Buffer<Double>(count: 8 * max(1, parts))
    partial.pointer.update(repeating: 0, count: partial.count)
    Workers.forEach(parts) { part in
      let range = outer * part / parts..<outer * (part + 1) / parts
      let at = range.lowerBound * inner
      Scalar.laneKernels.reluStatistics(
        center.buffer.pointer + at, radius.buffer.pointer + at, range.count, inner,
        range.upperBound == outer ? tail : 16, partial.pointer + 8 * part)
    }
    for part in 0..<parts { for i in 0..<8 { sums[i] += partial.pointer[8 * part + i] } }
    return ReLUStatistics(sums)
  }

  /// The derivative of `reluStatistics` by the middles, for weights of the sums.
  public static func reluStatisticsGradient(
    center: Tensor, radius: Tensor, _ weights: ReLUStatistics
  ) -> Tensor {
    let result = Buffer<Scalar>(count: center.count)
    Workers.forEachRange(of: center.count, grain: elementGrain) { range in
      let at = range.lowerBound
      Scalar.laneKernels.reluStatisticsGradient(
        center.buffer.pointer + at, radius.buffer.pointer + at, range.count,
        Scalar(weights.active.sum), Scalar(2 * weights.active.squares),
        Scalar(weights.inactive.sum), Scalar(2 * weights.inactive.squares),
        Scalar(weights.center), result.pointer + at)
    }
    return Tensor(shape: center.shape, buffer: result)
  }
}

extension Lanes {
  public static func reluStatistics(center: Lanes, radius: Lanes) -> ReLUStatistics {
    guard center.isBlocked || radius.isBlocked else {
      return Tensor.reluStatistics(center: center.plain, radius: radius.plain)
    }
    let blocks = center.blocks
    return Tensor.reluStatistics(blocks, radius.blocks, outer: blocks.shape[0], tail: center.tail)
  }

  public static func reluStatisticsGradient(
    center: Lanes, radius: Lanes, _ weights: ReLUStatistics
  ) -> Lanes {
    guard center.isBlocked || radius.isBlocked else {
      return Lanes(
        plain: Tensor.reluStatisticsGradient(center: center.plain, radius: radius.plain, weights))
    }
    let blocks = Tensor.reluStatisticsGradient(
      center: center.blocks, radius: radius.blocks, weights)
    return Lanes(blocks: blocks, center.shape)
  }
}
