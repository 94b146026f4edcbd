import BigInt

/// A rational number, without rounding.
package struct Rational: Hashable, Sendable {
  package let numerator: BigInt
  /// At least 1, and without a common factor with the numerator.
  package let denominator: BigInt

  package static let zero = Rational(0)
  package static let one = Rational(1)

  package init(_ value: Int) {
    numerator = BigInt(value)
    denominator = 1
  }

  /// - Precondition: The denominator is not 0.
  package init(_ numerator: BigInt, over denominator: BigInt) {
    precondition(!denominator.isZero, "\(numerator) over 0")
    let divisor = denominator == 1 ? 1 : numerator.greatestCommonDivisor(with: denominator)
    let sign: BigInt = denominator < 0 ? -1 : 1
    self.numerator = divisor == 1 && sign == 1 ? numerator : numerator / divisor * sign
    self.denominator = divisor == 1 && sign == 1 ? denominator : denominator / divisor * sign
  }

  /// The value of a double, which is an integer times a power of two; nil where it is not finite.
  package init?(_ value: Double) {
    guard value.isFinite else { return nil }
    guard value != 0 else {
      self = .zero
      return
    }
    let exponent = Int(value.exponent) - 52
    // At most 53 bits, so the scaling is exact for numbers of any size.
    let significand = BigInt(Int64(value.significand * 0x1p52)) * (value < 0 ? -1 : 1)
    if exponent >= 0 {
      self.init(significand << exponent, over: 1)
    } else {
      self.init(significand, over: BigInt(1) << -exponent)
    }
  }

  package var isZero: Bool { numerator.isZero }
  /// -1, 0 or 1.
  package var sign: Int { numerator.isZero ? 0 : numerator < 0 ? -1 : 1 }
}

extension Rational: Comparable {
  package static func < (a: Rational, b: Rational) -> Bool {
    a.numerator * b.denominator < b.numerator * a.denominator
  }
}

extension Rational {
  package static prefix func - (a: Rational) -> Rational {
    Rational(-a.numerator, over: a.denominator)
  }

  package static func + (a: Rational, b: Rational) -> Rational {
    if a.isZero { return b }
    if b.isZero { return a }
    if a.denominator == b.denominator {
      return Rational(a.numerator + b.numerator, over: a.denominator)
    }
    return Rational(
      a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator
    )
  }

  package static func - (a: Rational, b: Rational) -> Rational { a + -b }

  package static func * (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.numerator, over: a.denominator * b.denominator)
  }

  /// - Precondition: The divisor is not 0.
  package static func / (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.denominator, over: a.denominator * b.numerator)
  }

  package static func += (a: inout Rational, b: Rational) { a = a + b }
}
