import BigInt

extension Rational {
  /// The largest exponent, and the most digits, that are read: far beyond what doubles reach, and near enough to be
  /// computed with.
  static let mostDigits = 2000

  /// Reads a decimal number without rounding: sign, digits, point, exponent.
  ///
  /// - Returns: Nil when the bytes are not a decimal number, or have more digits than `mostDigits`.
  package init?(decimal bytes: ArraySlice<UInt8>) {
    var digits: [UInt8] = []
    var scale = 0
    var isFraction = false
    var isNegative = false
    var position = bytes.startIndex
    loop: while position < bytes.endIndex {
      let byte = bytes[position]
      switch byte {
      case Byte.minus: isNegative = true
      case Byte.plus: break
      case Byte.point: isFraction = true
      case Byte.zero...Byte.nine:
        digits.append(byte)
        if isFraction { scale -= 1 }
      case Byte.lowerE, Byte.upperE: break loop
      default: return nil
      }
      position += 1
    }
    guard !digits.isEmpty else { return nil }
    if position < bytes.endIndex {
      let text = String(decoding: bytes[(position + 1)...], as: UTF8.self)
      guard let exponent = Int(text) else { return nil }
      scale = scale.addingReportingOverflow(exponent).partialValue
    }
    guard digits.contains(where: { $0 != Byte.zero }) else {
      self = .zero
      return
    }
    guard digits.count <= Self.mostDigits, abs(scale) <= Self.mostDigits,
      let mantissa = BigInt(String(decoding: digits, as: UTF8.self))
    else { return nil }
    let power = BigInt(10).power(abs(scale))
    let value = isNegative ? -mantissa : mantissa
    self = scale < 0 ? Rational(value, over: power) : Rational(value * power, over: 1)
  }
}
