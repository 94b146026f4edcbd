/// What a condition or a sign tells of the inputs that could still violate a property: a linear function of them is at
/// least 0.
///
/// Inputs are counted from the middle of a region, in units of its radii, so each lies between -1 and 1; those that
/// cannot move are left out.
struct HalfSpace: Sendable {
  /// The coefficients in single precision.
  let normal: [Float]
  /// What is added, with room for the rounding of the coefficients.
  let offset: Double
  /// The sum of the coefficients' sizes.
  let size: Double

  /// - Soundness: The half-space contains every point of the box at which the sum with the coefficients as given is at
  ///   least 0.
  init(normal: [Double], offset: Double) {
    self.normal = normal.map { Float($0) }
    size = normal.reduce(0) { $0 + $1.magnitude }
    self.offset = offset + size * 0x1p-23 + Double(normal.count) * 0x1p-148
  }

  /// Coefficients that were rounded already, and an offset that leaves room for that.
  init(rounded normal: [Float], offset: Double) {
    self.normal = normal
    self.offset = offset
    size = normal.reduce(0.0) { $0 + Double($1.magnitude) }
  }

  /// Whether it leaves out no point of the box.
  var isWhole: Bool { !(offset < size) }
  /// Whether it contains no point of the box.
  var isEmpty: Bool { offset + size * (1 + Self.lost(normal.count)) < 0 }

  /// The part of a sum's terms that a sum of so many may have lost to rounding in double.
  static func lost(_ terms: Int) -> Double { max(1e-12, Double(terms + 64) * 0x1p-51) }
}
