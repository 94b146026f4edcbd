extension Region {
  /// Whether a point lies in the box and in the ball.
  ///
  /// Comparisons with the box are exact, and an open end is outside; the distance to the centre of a ball is computed to about
  /// 100 bits. A point of another length, or with a NaN, is not contained.
  ///
  /// - Parameter tolerance: How far outside the box, and of the ball's radius, still counts as
  ///   inside; with any, open ends count too.
  public func contains(_ point: [Double], tolerance: Double = 0) -> Bool {
    guard isInBox(point, tolerance: tolerance) else { return false }
    return ball?.contains(point, tolerance: tolerance) ?? true
  }

  func isInBox(_ point: [Double], tolerance: Double) -> Bool {
    guard point.count == count else { return false }
    if tolerance == 0 {
      guard openLower.allSatisfy({ point[$0] > lower[$0] }),
        openUpper.allSatisfy({ point[$0] < upper[$0] })
      else { return false }
    }
    return point.indices.allSatisfy {
      lower[$0] - tolerance <= point[$0] && point[$0] <= upper[$0] + tolerance
    }
  }
}

extension Region.Ball {
  /// Whether a point is within the radius of the centre.
  func contains(_ point: [Double], tolerance: Double) -> Bool {
    guard point.count == center.count else { return false }
    var excess = CompensatedSum()
    let limit = radius + tolerance
    switch norm {
    case .infinity:
      return point.indices.allSatisfy {
        let difference = exactSum(point[$0], -center[$0])
        let size = exactSum(abs(difference.value), -limit)
        let error = difference.value < 0 ? -difference.error : difference.error
        return size.value + (size.error + error) <= 0
      }
    case .one:
      for index in point.indices {
        let difference = exactSum(point[index], -center[index])
        excess.add(abs(difference.value))
        excess.add(difference.value < 0 ? -difference.error : difference.error)
      }
      excess.add(-limit)
    case .two:
      for index in point.indices {
        let difference = exactSum(point[index], -center[index])
        excess.add(product: difference.value, difference.value)
        excess.add(product: 2 * difference.value, difference.error)
      }
      excess.add(product: -limit, limit)
    }
    return excess.isAtMostZero
  }
}
