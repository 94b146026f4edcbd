/// How far the ends of intervals are moved outward: a price times its example's factor, and a floor.
public struct Outset<T: TensorAlgebra>: Sendable {
  /// `[examples] + shape`, or `[1] + shape` for all examples.
  public var prices: T
  /// `[1] + shape`, or a single one.
  public var floors: T
  /// `[examples]`.
  public var factors: T

  /// Creates an outset.
  public init(prices: T, floors: T, factors: T) {
    (self.prices, self.floors, self.factors) = (prices, floors, factors)
  }

  /// What each end is moved by.
  var whole: T {
    let ones = Shape([factors.shape.count] + prices.shape.dimensions.dropFirst().map { _ in 1 })
    return prices * factors.reshaped(ones) + floors
  }
}

/// What a row pays for each coefficient, by its size.
public struct RowPrice<T: TensorAlgebra>: Sendable {
  /// The size of each element, `[examples] + shape` in the layout of rows; nil where coefficients cost nothing.
  public var sizes: T?
  /// What a coefficient of 1 at an element of size 1 costs.
  public var scale: Double
  /// What each row costs besides.
  public var floor: Double

  /// Creates a price; nothing unless stated.
  public init(sizes: T? = nil, scale: Double = 0, floor: Double = 0) {
    (self.sizes, self.scale, self.floor) = (sizes, scale, floor)
  }
}

/// Ends of intervals that were moved outward.
public struct OutwardEnds<T: TensorAlgebra>: Sendable {
  /// The lower ends.
  public var lower: T
  /// The upper ends.
  public var upper: T
  /// For each example a number that no end is larger than in size, `[examples]`.
  public var largest: T
}
