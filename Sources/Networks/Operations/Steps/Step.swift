import Tensors

/// 1 where the input is positive, 0 elsewhere; comparisons are steps of differences.
///
/// A difference of two floats has the sign that their comparison says: gradual underflow keeps it from becoming 0.
public struct Step: ElementwiseOperation {
  /// Whether 0 gives 1.
  public var includesZero: Bool

  /// Creates the operation.
  public init(includesZero: Bool = false) { self.includesZero = includesZero }

  public var name: String { includesZero ? "GreaterOrEqual" : "Greater" }
  public var bend: Bend { .steps }
  public func value(at x: Double) -> Double { x > 0 || (includesZero && x == 0) ? 1 : 0 }
  public func apply<T: TensorAlgebra>(_ x: T) -> T {
    let zero = T.full(0, [1])
    guard includesZero else { return zero.combined(.less, x) }
    return zero.combined(.less, x) + zero.combined(.equal, x)
  }
}
