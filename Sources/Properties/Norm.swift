/// How the distance between two inputs is measured.
public enum Norm: String, Hashable, Sendable, CaseIterable {
  /// The largest change of any element.
  case infinity = "inf"
  /// The Euclidean distance.
  case two = "2"
  /// The sum of the changes of all elements.
  case one = "1"
}

extension Norm: CustomStringConvertible {
  /// The name used in messages: `linf`, `l2` or `l1`.
  public var description: String { "l" + rawValue }
}

extension Norm {
  /// The distance of two inputs, rounded up a little.
  ///
  /// - Precondition: Both have as many elements.
  public func distance(_ first: [Double], _ second: [Double]) -> Double {
    precondition(first.count == second.count, "Inputs of \(first.count) and \(second.count)")
    let sizes = zip(first, second).map { abs($0 - $1) }
    switch self {
    case .infinity: return (sizes.max() ?? 0).nextUp
    case .two: return sizes.reduce(0) { $0 + $1 * $1 }.squareRoot() * (1 + 1e-12)
    case .one: return sizes.reduce(0, +) * (1 + 1e-12)
    }
  }
}
