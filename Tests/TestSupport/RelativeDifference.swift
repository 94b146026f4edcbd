/// The difference of two numbers as a part of the larger magnitude.
///
/// Zero when they are equal, infinities included; infinite when either is NaN, only one is infinite, or the
/// difference overflows, so that a comparison with a tolerance fails.
public func relativeDifference<Scalar: BinaryFloatingPoint>(_ a: Scalar, _ b: Scalar) -> Scalar {
  if a == b { return 0 }
  guard a.isFinite, b.isFinite else { return .infinity }
  let scale = Swift.max(abs(a), abs(b))
  return abs(a - b) / scale
}

/// The largest relative difference of two arrays of equal length, element by element, where magnitudes below
/// `floor` count as `floor`; infinite when the lengths differ.
///
/// A floor keeps numbers that are zero but for rounding from deciding a comparison.
public func largestRelativeDifference<Scalar: BinaryFloatingPoint>(
  _ a: [Scalar], _ b: [Scalar], floor: Scalar
) -> Scalar {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let (x, y) = pair
    let scale = Swift.max(abs(x), abs(y))
    let difference = scale < floor ? abs(x - y) / floor : relativeDifference(x, y)
    return Swift.max(largest, difference)
  }
}
