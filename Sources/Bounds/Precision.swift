/// The floating-point numbers that bounds are computed in.
public enum Precision: String, Sendable, CaseIterable, Codable {
  /// 32-bit numbers: twice as fast.
  case float
  /// 64-bit numbers.
  case double

  /// The name that results state: `float32` or `float64`.
  public var arithmetic: String { self == .float ? "float32" : "float64" }

  /// How far a bound must clear its limit, as a part of the values involved, to count.
  ///
  /// Bounds do not account for their own rounding. What they lose in practice stays well below this, and a
  /// bound closer to its limit decides nothing.
  public var slack: Double { self == .float ? 1e-5 : 1e-11 }
}
