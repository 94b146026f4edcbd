/// A number that is proved not to be below what it bounds; none is negative, and infinity says that nothing is known.
///
/// Sums, products and roots are rounded up, and are exact where the result is a double. Estimates are `LowerBound`s: the two
/// share no type, so that none is taken for the other.
///
/// - Soundness: Every operation returns a number that is at least the exact result for the operands, so it bounds the same
///   expression of what the operands bound, as long as that never falls when an operand grows.
public struct UpperBound: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number.
  public let value: Double

  /// Takes a number for a bound; NaN becomes infinity, which bounds everything.
  init(proved value: Double) { self.value = value.isNaN ? .infinity : max(0, value) }

  /// Nothing moves.
  public static let zero = UpperBound(proved: 0)
  /// No change of size.
  public static let one = UpperBound(proved: 1)
  /// Nothing is known.
  public static let infinity = UpperBound(proved: .infinity)

  /// Whether anything is known.
  public var isFinite: Bool { value.isFinite }

  /// Whether one number is below another.
  public static func < (a: UpperBound, b: UpperBound) -> Bool { a.value < b.value }

  /// The number in decimals.
  public var description: String { "\(value)" }

  /// Below this the remainder of a product is no double, so products are moved up whether they are exact or not.
  private static let smallestWithExactRemainder = 0x1p-960

  /// The sum, rounded up.
  public static func + (a: UpperBound, b: UpperBound) -> UpperBound {
    let sum = a.value + b.value
    guard sum.isFinite else { return .infinity }
    // What the sum lost, exactly: Knuth, The Art of Computer Programming 2, section 4.2.2.
    let second = sum - a.value
    let lost = (a.value - (sum - second)) + (b.value - second)
    return UpperBound(proved: lost > 0 ? sum.nextUp : sum)
  }

  /// The product, rounded up; 0 times anything is 0.
  public static func * (a: UpperBound, b: UpperBound) -> UpperBound {
    guard a.value != 0, b.value != 0 else { return .zero }
    let product = a.value * b.value
    guard product.isFinite else { return .infinity }
    let isExact =
      product >= smallestWithExactRemainder && (-product).addingProduct(a.value, b.value) <= 0
    return UpperBound(proved: isExact ? product : product.nextUp)
  }

  /// The square root, rounded up.
  var squareRoot: UpperBound {
    let root = value.squareRoot()
    guard root.isFinite, root > 0 else { return UpperBound(proved: root) }
    let isExact =
      value >= Self.smallestWithExactRemainder && (-value).addingProduct(root, root) >= 0
    return UpperBound(proved: isExact ? root : root.nextUp)
  }

  /// The square, rounded up.
  var squared: UpperBound { self * self }

  /// The quotient by a positive number, rounded up.
  func divided(by divisor: Double) -> UpperBound {
    guard value != 0 else { return .zero }
    let quotient = value / divisor
    guard quotient.isFinite else { return .infinity }
    let isExact =
      min(quotient, value) >= Self.smallestWithExactRemainder
      && (-value).addingProduct(quotient, divisor) >= 0
    return UpperBound(proved: isExact ? quotient : quotient.nextUp)
  }

  /// The number times a power of two, rounded up.
  func scaled(exponent: Int) -> UpperBound {
    guard value.isFinite, value != 0 else { return self }
    let result = Double(sign: .plus, exponent: exponent, significand: value)
    // Only what falls below the normal numbers is rounded.
    return UpperBound(proved: result.isNormal || !result.isFinite ? result : result.nextUp)
  }
}

extension Sequence<UpperBound> {
  /// The sum, rounded up.
  var sum: UpperBound { reduce(.zero, +) }
  /// The root of the sum of the squares, rounded up.
  var euclidean: UpperBound { map(\.squared).sum.squareRoot }
}

/// A number that what it estimates reaches, or all but reaches: found by search, and proof of nothing but that bounds are no lower.
public struct LowerBound: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number.
  public let value: Double

  /// Takes a number for an estimate from below; NaN becomes 0.
  init(found value: Double) { self.value = value.isNaN ? 0 : max(0, value) }

  /// Whether one number is below another.
  public static func < (a: LowerBound, b: LowerBound) -> Bool { a.value < b.value }

  /// The number in decimals.
  public var description: String { "\(value)" }
}

/// The unit roundoff and its multiples.
enum Roundoff {
  /// Half the distance from 1 to the next double.
  static let unit = 0x1p-53

  /// `k u / (1 - k u)`, rounded up: what a sum of `k` products loses at most, as a part of the sum of their sizes.
  ///
  /// Source: Higham, Accuracy and Stability of Numerical Algorithms (2002), lemma 3.1.
  static func gamma(_ count: Int) -> UpperBound {
    let part = Double(count) * unit
    guard part < 0.5 else { return .infinity }
    return UpperBound(proved: part).divided(by: (1 - part).nextDown)
  }
}
