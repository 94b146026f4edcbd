import Tensors

/// What a condition or a sign tells of the inputs that could still violate a property: a linear function of them is at
/// least 0. Clip-and-verify calls it a linear constraint (see `NeuronPlanes`).
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
  ///
  /// - Soundness: As good as the offset.
  init(rounded normal: [Float], offset: Double) {
    self.normal = normal
    self.offset = offset
    size = normal.reduce(0.0) { $0 + Double($1.magnitude) }
  }

  /// Whether it leaves out no point of the box.
  var isWhole: Bool { !(offset < size) }
  /// Whether it contains no point of the box.
  ///
  /// - Soundness: With room for the rounding of `size`; nothing is left where no point of the box is in the half-space.
  var isEmpty: Bool { offset + size * (1 + Self.lost(normal.count)) < 0 }

  /// The part of a sum's terms that a sum of so many may have lost to rounding in double.
  static func lost(_ terms: Int) -> Double { max(1e-12, Double(terms + 64) * 0x1p-51) }
}

/// Room to work in for bounding linear functions over the part of a box in some half-spaces.
///
/// The bound is the Lagrangian dual of the linear program with the half-spaces as its constraints, for multipliers that one
/// ascent over them, coordinate by coordinate, finds.
///
/// Source: Zhou et al., "Clip-and-verify" (2025), on complete clipping by coordinate ascent.
struct Dual {
  /// The function minus the multiples so far.
  private var rest: [Float]

  /// The same in double.
  private var exact: [Double]

  init(width: Int) {
    rest = [Float](repeating: 0, count: width)
    exact = [Double](repeating: 0, count: width)
  }

  /// A lower bound of `normal . t + offset` over the points `t` of the box from -1 to 1 that lie in all half-spaces.
  ///
  /// - Soundness: Multipliers are at least 0; the value is computed in double, less what its rounding may add.
  mutating func bound(
    _ normal: UnsafeBufferPointer<Float>, _ offset: Double, _ halfSpaces: [HalfSpace]
  ) -> Double {
    var multipliers = [Double](repeating: 0, count: halfSpaces.count)
    rest.withUnsafeMutableBufferPointer { rest in
      _ = rest.update(from: normal)
      for (index, halfSpace) in halfSpaces.enumerated() {
        let multiplier = Self.multiplier(UnsafeBufferPointer(rest), halfSpace)
        guard multiplier > 0 else { continue }
        multipliers[index] = Double(multiplier)
        halfSpace.normal.withUnsafeBufferPointer { by in
          for i in rest.indices { rest[i] -= multiplier * by[i] }
        }
      }
    }
    return exact.withUnsafeMutableBufferPointer {
      Self.value(normal, offset, halfSpaces, multipliers, $0)
    }
  }

  /// The best multiplier that two rounds of four find; 0 when none is better than none.
  private static func multiplier(
    _ rest: UnsafeBufferPointer<Float>, _ halfSpace: HalfSpace
  ) -> Float {
    halfSpace.normal.withUnsafeBufferPointer { by in
      let offset = Float(halfSpace.offset)
      let size = distances(rest, by, factors: .zero)[0]
      let unit = size / Float(halfSpace.size)
      guard unit > 0, unit.isFinite else { return 0 }
      var (best, value) = (Float(0), -size)
      var factors = unit * SIMD4<Float>(0.1, 0.4, 1, 2.5)
      for _ in 0..<2 {
        let values = -offset * factors - distances(rest, by, factors: factors)
        for k in 0..<4 where values[k] > value { (best, value) = (factors[k], values[k]) }
        guard best > 0 else { return 0 }
        factors = best * SIMD4<Float>(0.6, 0.8, 1.25, 1.6)
      }
      return best
    }
  }

  /// The bound that multipliers give.
  private static func value(
    _ normal: UnsafeBufferPointer<Float>, _ offset: Double, _ halfSpaces: [HalfSpace],
    _ multipliers: [Double], _ exact: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    var (constant, scale) = (offset, offset.magnitude)
    for (halfSpace, multiplier) in zip(halfSpaces, multipliers) {
      constant -= multiplier * halfSpace.offset
      scale += multiplier * (halfSpace.offset.magnitude + halfSpace.size)
    }
    for i in normal.indices { exact[i] = Double(normal[i]) }
    for (halfSpace, multiplier) in zip(halfSpaces, multipliers) where multiplier > 0 {
      halfSpace.normal.withUnsafeBufferPointer { by in
        for i in by.indices { exact[i] -= multiplier * Double(by[i]) }
      }
    }
    var sums = SIMD8<Double>()
    var i = 0
    while i + 8 <= exact.count {
      for lane in 0..<8 { sums[lane] += exact[i + lane].magnitude }
      i += 8
    }
    var size = sums.sum()
    while i < exact.count {
      size += exact[i].magnitude
      i += 1
    }
    return constant - size - HalfSpace.lost(normal.count) * (scale + size)
  }
}
