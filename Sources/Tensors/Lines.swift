/// Two lines for every element of a node that enclose an activation there.
///
/// Image nodes keep their lines with channels last where the number system uses windows.
///
/// - Soundness: For every input within the bounds that the lines were made for,
///   `lowerSlope * x + lowerIntercept <= f(x) <= upperSlope * x + upperIntercept`.
public struct Lines<T: TensorAlgebra>: Sendable {
  /// `[examples] + node shape`, or one for each row where `lowerIsPerRow`.
  public var lowerSlope: T
  /// The same shape; nil for zero.
  public var lowerIntercept: T?
  /// `[examples] + node shape`.
  public var upperSlope: T
  /// `[examples] + node shape`.
  public var upperIntercept: T
  /// Whether each row has lower lines of its own.
  public var lowerIsPerRow = false

  /// The lines with each of their tensors replaced.
  public func map<U>(_ transform: (T) -> U) -> Lines<U> {
    var result = Lines<U>(
      lowerSlope: transform(lowerSlope), lowerIntercept: lowerIntercept.map(transform),
      upperSlope: transform(upperSlope), upperIntercept: transform(upperIntercept))
    result.lowerIsPerRow = lowerIsPerRow
    return result
  }

  /// Creates lines.
  public init(lowerSlope: T, lowerIntercept: T?, upperSlope: T, upperIntercept: T) {
    self.lowerSlope = lowerSlope
    self.lowerIntercept = lowerIntercept
    self.upperSlope = upperSlope
    self.upperIntercept = upperIntercept
  }
}
