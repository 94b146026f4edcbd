/// The extents of a tensor, outermost first; elements are stored in row-major order.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extent of each axis.
  public var dimensions: [Int]

  /// Creates a shape from its extents.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }

  /// Creates a shape from its extents.
  public init(arrayLiteral elements: Int...) { dimensions = elements }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The number of elements; 1 for a scalar.
  public var count: Int { dimensions.reduce(1, *) }

  /// The extent of one axis; a negative axis counts from the end.
  public subscript(axis: Int) -> Int {
    get { dimensions[axis < 0 ? axis + rank : axis] }
    set { dimensions[axis < 0 ? axis + rank : axis] = newValue }
  }

  /// How many elements one step along each axis skips.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return strides
  }

  /// The shape with axes put in front.
  public func prefixed(by leading: Int...) -> Shape { Shape(leading + dimensions) }

  /// The shape without its first `count` axes.
  public func dropping(_ count: Int) -> Shape { Shape(Array(dimensions.dropFirst(count))) }

  /// The shape that two operands broadcast to by NumPy's rule, or nil when they do not fit.
  public static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
    let rank = max(a.rank, b.rank)
    var result = [Int](repeating: 1, count: rank)
    for i in 0..<rank {
      let x = i < rank - a.rank ? 1 : a.dimensions[i - (rank - a.rank)]
      let y = i < rank - b.rank ? 1 : b.dimensions[i - (rank - b.rank)]
      guard x == y || x == 1 || y == 1 else { return nil }
      result[i] = x == 1 ? y : x
    }
    return Shape(result)
  }

  /// The extents joined by `x`, for messages: `1x3x32x32`.
  public var description: String {
    rank == 0 ? "scalar" : dimensions.map(String.init).joined(separator: "x")
  }
}
