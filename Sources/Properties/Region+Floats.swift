/// A box with ends in 32-bit floats.
public struct FloatBox: Hashable, Sendable {
  /// The smallest value of each element.
  public let lower: [Float]
  /// The largest value of each element.
  public let upper: [Float]
}

extension Region {
  /// The smallest box of 32-bit floats that contains the box of the region.
  ///
  /// - Soundness: Each end is rounded outward, so bounds over the result hold over the region.
  public var enclosingFloats: FloatBox {
    FloatBox(
      lower: lower.map { Float($0, roundedUp: false) },
      upper: upper.map { Float($0, roundedUp: true) })
  }

  /// The float in the box nearest to each element of a point, so that a witness in float lies in
  /// the box.
  ///
  /// An open end counts as outside. An interval between two neighbouring floats contains none; there the element is an end rounded
  /// to nearest, and `contains` says that the point is outside. A ball is not regarded.
  public func clipped(_ point: [Float]) -> [Float] {
    point.indices.map { index in
      var low = Float(lower[index], roundedUp: true)
      var high = Float(upper[index], roundedUp: false)
      if !openLower.isEmpty, openLower.contains(index), Double(low) == lower[index] {
        low = low.nextUp
      }
      if !openUpper.isEmpty, openUpper.contains(index), Double(high) == upper[index] {
        high = high.nextDown
      }
      guard low <= high else { return Float(lower[index]) }
      return min(max(point[index], low), high)
    }
  }
}

extension Float {
  /// The nearest float that is not below (or not above) a double; the largest float where it
  /// overflows inward.
  fileprivate init(_ value: Double, roundedUp: Bool) {
    let nearest = Float(value)
    if roundedUp {
      self = Double(nearest) < value ? nearest.nextUp : nearest
    } else {
      self = Double(nearest) > value ? nearest.nextDown : nearest
    }
  }
}
