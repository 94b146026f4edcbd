/// Reads a decimal number: sign, digits, point, exponent.
///
/// The result is the double nearest to the number, infinite where the number is too large. Nothing
/// else is a number: no `nan`, `inf`, hexadecimal digits, underscores or spaces.
///
/// - Returns: Nil when the bytes are not a decimal number.
func decimal(_ bytes: ArraySlice<UInt8>) -> Double? {
  var position = bytes.startIndex
  let end = bytes.endIndex
  var isNegative = false
  if position < end, bytes[position] == Byte.minus || bytes[position] == Byte.plus {
    isNegative = bytes[position] == Byte.minus
    position += 1
  }
  var mantissa: UInt64 = 0
  var digits = 0
  var scale = 0
  var isExact = true
  var isFraction = false
  while position < end {
    let byte = bytes[position]
    if byte == Byte.point && !isFraction {
      isFraction = true
    } else if byte >= Byte.zero && byte <= Byte.nine {
      digits += 1
      if mantissa < 1_000_000_000_000_000_000 {
        mantissa = mantissa * 10 + UInt64(byte - Byte.zero)
        if isFraction { scale -= 1 }
      } else {
        isExact = false
      }
    } else {
      break
    }
    position += 1
  }
  guard digits > 0 else { return nil }
  if position < end, bytes[position] == Byte.lowerE || bytes[position] == Byte.upperE {
    guard let exponent = exponent(bytes[(position + 1)..<end]) else { return nil }
    scale += exponent
    position = end
  }
  guard position == end else { return nil }
  // Both factors are exact doubles, so one operation rounds once and correctly (Clinger 1990).
  if isExact && mantissa <= 1 << 53 && abs(scale) < powersOfTen.count {
    let size = Double(mantissa)
    let value = scale < 0 ? size / powersOfTen[-scale] : size * powersOfTen[scale]
    return isNegative ? -value : value
  }
  return Double(String(decoding: bytes, as: UTF8.self))
}

/// The powers of ten that are exact in double precision.
private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]

/// Reads the digits of an exponent, with a sign or without; a huge one is cut, for it decides
/// nothing more.
private func exponent(_ bytes: ArraySlice<UInt8>) -> Int? {
  var position = bytes.startIndex
  var isNegative = false
  if position < bytes.endIndex, bytes[position] == Byte.minus || bytes[position] == Byte.plus {
    isNegative = bytes[position] == Byte.minus
    position += 1
  }
  guard position < bytes.endIndex else { return nil }
  var value = 0
  for byte in bytes[position...] {
    guard byte >= Byte.zero && byte <= Byte.nine else { return nil }
    value = min(value * 10 + Int(byte - Byte.zero), 1_000_000)
  }
  return isNegative ? -value : value
}

/// The characters that the readers look for.
enum Byte {
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let open: UInt8 = 0x28
  static let close: UInt8 = 0x29
  static let semicolon: UInt8 = 0x3B
  static let plus: UInt8 = 0x2B
  static let minus: UInt8 = 0x2D
  static let point: UInt8 = 0x2E
  static let zero: UInt8 = 0x30
  static let nine: UInt8 = 0x39
  static let upperE: UInt8 = 0x45
  static let lowerE: UInt8 = 0x65
  static let underscore: UInt8 = 0x5F
  static let upperX: UInt8 = 0x58
  static let upperY: UInt8 = 0x59
}
