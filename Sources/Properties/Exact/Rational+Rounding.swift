import BigInt

extension Rational {
  /// The double nearest to the number, ties to even; infinite where the number is too large.
  package var nearest: Double {
    let (below, above) = neighbours
    guard below != above else { return below }
    // Only one of two neighbours can be infinite; the largest double is nearer up to half a step past it.
    let middle =
      above.isFinite && below.isFinite
      ? Rational.halfway(below, above) : Rational.overflow(below.isFinite ? 1 : -1)
    guard let middle else { return below }
    if self == middle { return below.significandBitPattern & 1 == 0 ? below : above }
    return self < middle ? below : above
  }

  /// The number rounded toward positive infinity.
  package var roundedUp: Double { neighbours.above }

  /// The number rounded toward negative infinity.
  package var roundedDown: Double { neighbours.below }

  /// The largest double that is not above the number, and the least that is not below it.
  private var neighbours: (below: Double, above: Double) {
    guard !isZero else { return (0, 0) }
    let size = BigInt(numerator.magnitude)
    // Shifted so that the quotient has 53 bits, or as many as a subnormal number has.
    let bits = size.bitWidth - denominator.bitWidth
    var shift = 54 - bits
    var quotient = Rational.shifted(size, shift) / Rational.shifted(denominator, -shift)
    let excess = quotient.magnitude.bitWidth - 53
    shift = min(shift - excess, 1074)
    let (top, bottom) = (Rational.shifted(size, shift), Rational.shifted(denominator, -shift))
    let (whole, rest) = top.quotientAndRemainder(dividingBy: bottom)
    quotient = whole
    let isTooLarge = -shift > 971
    let low = isTooLarge ? .greatestFiniteMagnitude : Rational.scaled(quotient, shift)
    let high = rest.isZero && !isTooLarge ? low : low.nextUp
    return numerator < 0 ? (-high, -low) : (low, high)
  }

  private static func shifted(_ value: BigInt, _ bits: Int) -> BigInt {
    bits > 0 ? value << bits : value
  }

  /// A number of at most 53 bits divided by a power of two.
  private static func scaled(_ value: BigInt, _ shift: Int) -> Double {
    let whole = Double(Int64(value))
    // In two steps, so that no power of two on the way is out of range.
    let half = -shift / 2
    return whole * power(half) * power(-shift - half)
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }

  private static func halfway(_ a: Double, _ b: Double) -> Rational? {
    guard let a = Rational(a), let b = Rational(b) else { return nil }
    return (a + b) / Rational(2)
  }

  /// What rounds to infinity from there on.
  private static func overflow(_ sign: Int) -> Rational? {
    Rational((BigInt(1) << 1024) - (BigInt(1) << 970), over: 1) * Rational(sign)
  }
}
