import Files

/// The set of inputs of one example: a box, cut by an l1 or l2 ball where there is one.
///
/// Elements are those of the input tensor, flattened row-major and without the batch dimension.
///
///     let box = try Region(lower: [0, 0], upper: [1, 1])
///     box.contains([0.5, 1])   // true
public struct Region: Hashable, Sendable {
  /// The points at a distance of at most `radius` from `center`.
  public struct Ball: Hashable, Sendable {
    /// The middle of the ball.
    public let center: [Double]
    /// The largest distance.
    public let radius: Double
    /// How the distance is measured: l1 or l2, because an linf ball is a box.
    public let norm: Norm
  }

  /// The smallest value of each element.
  public let lower: [Double]
  /// The largest value of each element.
  public let upper: [Double]
  /// The elements that must be above their smallest value, as `X_0 > 0` says; nearly always none.
  ///
  /// Bounds are computed over the box with its ends, which contains the region.
  public let openLower: Set<Int>
  /// The elements that must be below their largest value; nearly always none.
  public let openUpper: Set<Int>
  /// The ball that cuts the box, if any.
  ///
  /// An analysis that ignores the ball still encloses the region, because the box contains it.
  public let ball: Ball?

  /// Creates a box from its ends.
  ///
  /// - Parameter source: What to call the region in an error.
  /// - Throws: `InputError` when the counts differ, there are no elements, an end is not finite, or
  ///   a lower end is above its upper end; the first such element is named.
  public init(
    lower: [Double], upper: [Double], source: String = "region"
  ) throws(InputError) {
    guard lower.count == upper.count else {
      throw InputError(
        source, "\(lower.count) lower ends but \(upper.count) upper ends, expected as many of each")
    }
    guard !lower.isEmpty else { throw InputError(source, "has no elements") }
    for index in lower.indices {
      guard lower[index].isFinite && upper[index].isFinite else {
        throw InputError(
          source, place: "element \(index)",
          "ends \(lower[index]) and \(upper[index]) must be finite")
      }
      guard lower[index] <= upper[index] else {
        throw InputError(
          source, place: "element \(index)",
          "lower end \(lower[index]) is above upper end \(upper[index])")
      }
    }
    self.init(uncheckedLower: lower, upper: upper)
  }

  /// Creates a box whose ends are known to be finite and in order.
  init(
    uncheckedLower lower: [Double], upper: [Double], openLower: Set<Int> = [],
    openUpper: Set<Int> = [], ball: Ball? = nil
  ) {
    self.lower = lower
    self.upper = upper
    self.openLower = openLower
    self.openUpper = openUpper
    self.ball = ball
  }

  /// The number of elements.
  public var count: Int { lower.count }

  /// Whether the region is a single point.
  public var isPoint: Bool { lower == upper || ball?.radius == 0 }

  /// The middle of the box; where there is a ball, its middle, moved into the box if it lies
  /// outside.
  public var center: [Double] {
    let middle = ball?.center ?? zip(lower, upper).map { $0 / 2 + $1 / 2 }
    // Halves, so that no sum overflows, can underflow to a point outside.
    return middle.indices.map { min(max(middle[$0], lower[$0]), upper[$0]) }
  }
}
