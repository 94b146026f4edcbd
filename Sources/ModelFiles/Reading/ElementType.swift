import Foundation

/// What the elements of a tensor are in a model file, as far as they are numbers.
enum ElementType: Int, CustomStringConvertible {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case boolean = 9
  case float16 = 10
  case double = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16
  case uint4 = 21
  case int4 = 22

  var description: String {
    switch self {
    case .float: "float"
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .boolean: "bool"
    case .float16: "float16"
    case .double: "double"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .bfloat16: "bfloat16"
    case .uint4: "uint4"
    case .int4: "int4"
    }
  }

  /// The names of all types, for messages.
  static let names = [
    float, double, float16, bfloat16, int64, int32, int16, int8, int4, uint64, uint32, uint16,
    uint8, uint4, boolean,
  ].map(\.description).joined(separator: ", ")

  var isFloat: Bool { [.float, .double, .float16, .bfloat16].contains(self) }
  var isInteger: Bool { !isFloat && self != .boolean }

  /// The bits of an integer; nil for other types.
  var integerBits: Int? {
    switch self {
    case .uint4, .int4: 4
    case .uint8, .int8: 8
    case .uint16, .int16: 16
    case .uint32, .int32: 32
    case .uint64, .int64: 64
    default: nil
    }
  }

  var isSigned: Bool { ![.uint4, .uint8, .uint16, .uint32, .uint64].contains(self) }

  /// The integers of the type; nil for other types.
  var integerRange: ClosedRange<Double>? {
    guard let bits = integerBits else { return nil }
    let span = Double(sign: .plus, exponent: bits, significand: 1)
    return isSigned ? -span / 2...span / 2 - 1 : 0...span - 1
  }

  /// The nearest value of a floating-point type, ties to even; other types do not change it.
  func rounded(_ x: Double) -> Double {
    switch self {
    case .float: Double(Float(x))
    case .float16: Self.rounded(x, precision: 11, least: -24, largest: 65504)
    case .bfloat16:
      Self.rounded(x, precision: 8, least: -133, largest: 0x1.fep127)
    default: x
    }
  }

  private static func rounded(
    _ x: Double, precision: Int, least: Int, largest: Double
  ) -> Double {
    guard x.isFinite, x != 0 else { return x }
    let exponent = max(Int(x.exponent) - precision + 1, least)
    let unit = Double(sign: .plus, exponent: exponent, significand: 1)
    let result = (x / unit).rounded(.toNearestOrEven) * unit
    return abs(result) > largest ? (x < 0 ? -.infinity : .infinity) : result
  }
}
