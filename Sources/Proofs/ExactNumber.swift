import BigInt
import Foundation
import Properties

/// A number without rounding, as a certificate spells it: a decimal, a fraction, or a hexadecimal float.
public struct ExactNumber: Hashable, Sendable, CustomStringConvertible {
  /// The number as it is spelled.
  public let text: String
  /// Its value.
  package let value: Rational

  /// Reads a decimal (`0.1`, `-2.5e-3`), a fraction of two integers (`2/255`), or a hexadecimal float (`0x1.8p-3`).
  ///
  /// - Returns: Nil for anything else, for a denominator of 0, for fractions of more than 200 digits, and for numbers of more than
  ///   2000 digits or with exponents beyond 2000.
  public init?(_ text: String) {
    guard let value = Self.value(of: Array(text.utf8)) else { return nil }
    self.text = text
    self.value = value
  }

  /// The value of a double, spelled in hexadecimal.
  ///
  /// - Precondition: It is finite.
  public init(_ double: Double) {
    guard let value = Rational(double) else { preconditionFailure("\(double) is not finite") }
    text = String(format: "%a", double)
    self.value = value
  }

  /// A number as a fraction of two integers.
  package init(_ value: Rational) {
    text = value.denominator == 1 ? "\(value.numerator)" : "\(value.numerator)/\(value.denominator)"
    self.value = value
  }

  /// The number as it is spelled.
  public var description: String { text }

  /// The largest double that is not above the number.
  public var roundedDown: Double { value.roundedDown }
  /// The least double that is not below the number.
  public var roundedUp: Double { value.roundedUp }

  /// The most digits of a fraction's numerator and denominator, on average.
  private static let longestOfFraction = 100

  private static func value(of bytes: [UInt8]) -> Rational? {
    let isNegative = bytes.first == UInt8(ascii: "-")
    let digits = bytes.dropFirst(isNegative ? 1 : 0)
    let size: Rational?
    if let slash = digits.firstIndex(of: UInt8(ascii: "/")) {
      // Sums of fractions have denominators as long as all of theirs together.
      guard digits.count <= 2 * longestOfFraction + 1,
        let top = integer(digits[..<slash], radix: 10),
        let bottom = integer(digits[(slash + 1)...], radix: 10), !bottom.isZero
      else { return nil }
      size = Rational(top, over: bottom)
    } else if digits.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")]) {
      size = scaled(digits.dropFirst(2), radix: 16, mark: UInt8(ascii: "p"), power: 2)
    } else {
      size = scaled(digits, radix: 10, mark: UInt8(ascii: "e"), power: 10)
    }
    return size.map { isNegative ? -$0 : $0 }
  }

  /// `digits[.digits]` with an exponent behind a mark, which a hexadecimal float must have.
  private static func scaled(
    _ bytes: ArraySlice<UInt8>, radix: Int, mark: UInt8, power: BigInt
  ) -> Rational? {
    let end = bytes.firstIndex { $0 | 0x20 == mark } ?? bytes.endIndex
    var exponent = 0
    if end < bytes.endIndex {
      var tail = bytes[(end + 1)...]
      let isNegative = tail.first == UInt8(ascii: "-")
      if isNegative || tail.first == UInt8(ascii: "+") { tail = tail.dropFirst() }
      guard tail.count <= 4, let size = integer(tail, radix: 10), size <= 2000 else { return nil }
      exponent = isNegative ? -Int(size) : Int(size)
    } else if radix == 16 {
      return nil
    }
    let parts = bytes[..<end].split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty }),
      let mantissa = integer(ArraySlice(parts.joined()), radix: radix)
    else { return nil }
    let places = parts.count == 2 ? parts[1].count : 0
    let whole = Rational(mantissa, over: BigInt(radix).power(places))
    let factor = power.power(abs(exponent))
    return exponent < 0
      ? whole / Rational(factor, over: 1) : whole * Rational(factor, over: 1)
  }

  private static func integer(_ digits: ArraySlice<UInt8>, radix: Int) -> BigInt? {
    let isNumber = digits.allSatisfy {
      radix == 16
        ? $0.isHexadecimalDigit : $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
    }
    guard !digits.isEmpty, digits.count <= 2000, isNumber else { return nil }
    return BigInt(String(decoding: digits, as: UTF8.self), radix: radix)
  }
}
