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
