/// The floating-point numbers that bounds are computed in.
public enum Precision: String, Sendable, CaseIterable, Codable {
  /// 32-bit numbers: twice as fast.
  case float
  /// 64-bit numbers.
  case double

  /// The name that results state: `float32` or `float64`.
  public var arithmetic: String { self == .float ? "float32" : "float64" }
}
