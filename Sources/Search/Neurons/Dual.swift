import Tensors

/// Room to work in for bounding linear functions over the part of a box in some half-spaces.
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
