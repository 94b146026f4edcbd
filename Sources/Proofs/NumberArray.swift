import Foundation
import Properties

/// An array of numbers as a certificate holds it: of one type, in row-major order, times an exact scale.
public struct NumberArray: Hashable, Sendable {
  /// The type of the stored numbers.
  public enum Kind: String, Sendable, CaseIterable {
    /// 64-bit floats.
    case double = "f64"
    /// 32-bit floats.
    case float = "f32"
    /// Bytes without sign.
    case byte = "u8"
    /// 16-bit numbers without sign.
    case short = "u16"
    /// 32-bit numbers without sign.
    case word = "u32"

    /// The bytes of one number.
    var size: Int {
      switch self {
      case .double: 8
      case .float, .word: 4
      case .byte: 1
      case .short: 2
      }
    }
  }

  /// The type of the stored numbers.
  public let kind: Kind
  /// The extents.
  public let shape: [Int]
  /// The stored numbers; every type fits doubles. Multiplied by `scale` they are the elements.
  public let stored: [Double]
  /// What every stored number is multiplied by, exactly; nil for 1.
  public let scale: ExactNumber?

  /// The number of elements.
  public var count: Int { stored.count }

  private init(_ kind: Kind, _ shape: [Int]?, _ stored: [Double], _ scale: ExactNumber?) {
    self.kind = kind
    self.shape = shape ?? [stored.count]
    self.stored = stored
    self.scale = scale
  }

  /// Doubles.
  ///
  /// - Precondition: They are finite.
  public init(_ values: [Double], shape: [Int]? = nil) {
    precondition(values.allSatisfy(\.isFinite), "Certificates hold finite numbers")
    self.init(.double, shape, values, nil)
  }

  /// Floats.
  ///
  /// - Precondition: They are finite.
  public init(_ values: [Float], shape: [Int]? = nil) {
    precondition(values.allSatisfy(\.isFinite), "Certificates hold finite numbers")
    self.init(.float, shape, values.map(Double.init), nil)
  }

  /// Bytes times a scale, as pixels have `1/255`.
  public init(_ values: [UInt8], scale: ExactNumber? = nil, shape: [Int]? = nil) {
    self.init(.byte, shape, values.map(Double.init), scale)
  }

  /// Numbers of elements.
  public init(_ values: [UInt32]) { self.init(.word, nil, values.map(Double.init), nil) }

  /// Whole numbers, of the shortest type that holds all of them.
  init(shortest values: [UInt32]) {
    let most = values.max() ?? 0
    self.init(
      most < 1 << 8 ? .byte : most < 1 << 16 ? .short : .word, nil, values.map(Double.init), nil)
  }

  /// An element, exactly.
  package func exact(_ index: Int) -> Rational {
    guard let value = Rational(stored[index]) else {
      preconditionFailure("Element \(index) of a certificate's array is not finite")
    }
    return scale.map { value * $0.value } ?? value
  }
}

// MARK: - JSON

extension NumberArray {
  /// The most elements that an array may have.
  static let mostElements = 1 << 28

  init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    let name = try fields.string("dtype")
    guard let kind = Kind(rawValue: name) else {
      throw ProofProblem(
        place,
        "dtype \(name) is not known, expected \(Kind.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    let shape = try fields.list("shape") { (value, place) throws(ProofProblem) in
      try value.integer(place)
    }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Self.mostElements else {
        throw ProofProblem(place, "shape \(shape) is too large")
      }
      count = product
    }
    let scale = try fields.optional("scale")?.exact("\(place).scale")
    let text = try fields.string("data")
    // One text for the same bytes: no spare bits, and as much padding as is needed.
    guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else {
      throw ProofProblem(place, "its data are not base64 as an encoder writes it")
    }
    guard data.count == count * kind.size else {
      throw ProofProblem(
        place, "\(data.count) bytes, expected \(count * kind.size) for \(count) elements of \(name)"
      )
    }
    try fields.finish()
    let stored = Self.decoded(data, kind)
    if let index = stored.firstIndex(where: { !$0.isFinite }) {
      throw ProofProblem(place, "element \(index) is not finite")
    }
    self.init(kind, shape, stored, scale)
  }

  private static func decoded(_ data: Data, _ kind: Kind) -> [Double] {
    func numbers<Bits: FixedWidthInteger>(_ type: Bits.Type, _ value: (Bits) -> Double) -> [Double]
    {
      data.withUnsafeBytes { bytes in
        (0..<data.count / kind.size).map { index in
          value(
            Bits(
              littleEndian: bytes.loadUnaligned(fromByteOffset: index * kind.size, as: Bits.self)))
        }
      }
    }
    switch kind {
    case .double: return numbers(UInt64.self) { Double(bitPattern: $0) }
    case .float: return numbers(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .byte: return data.map(Double.init)
    case .short: return numbers(UInt16.self) { Double($0) }
    case .word: return numbers(UInt32.self) { Double($0) }
    }
  }

  var json: JSON {
    var data = Data(capacity: count * kind.size)
    func append(_ bits: some FixedWidthInteger) {
      withUnsafeBytes(of: bits.littleEndian) { data.append(contentsOf: $0) }
    }
    for value in stored {
      switch kind {
      case .double: append(value.bitPattern)
      case .float: append(Float(value).bitPattern)
      case .byte: append(UInt8(value))
      case .short: append(UInt16(value))
      case .word: append(UInt32(value))
      }
    }
    var fields: [JSON.Field] = [
      .init("dtype", .string(kind.rawValue)),
      .init("shape", .array(shape.map { .number(Double($0)) })),
    ]
    if let scale { fields.append(.init("scale", .string(scale.text))) }
    fields.append(.init("data", .string(data.base64EncodedString())))
    return .object(fields)
  }
}
