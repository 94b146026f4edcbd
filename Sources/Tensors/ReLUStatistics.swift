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

  /// Creates sums from the order in which `scalars` lists them.
  public init(_ scalars: [Double]) {
    radius = scalars[0]
    center = scalars[1]
    active = Moments(count: scalars[2], sum: scalars[3], squares: scalars[4])
    inactive = Moments(count: scalars[5], sum: scalars[6], squares: scalars[7])
  }

  /// The eight numbers: radius, center, then count, sum and squares of the active and of the inactive.
  public var scalars: [Double] {
    [radius, center] + [active, inactive].flatMap { [$0.count, $0.sum, $0.squares] }
  }
}
