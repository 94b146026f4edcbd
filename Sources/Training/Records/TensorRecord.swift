/// A named array of numbers as a file holds it.
public struct TensorRecord: Sendable, Hashable {
  /// The numbers, in row-major order.
  public enum Elements: Sendable, Hashable {
    /// 32-bit floats.
    case float32([Float])
    /// 64-bit floats.
    case float64([Double])
    /// 64-bit integers.
    case int64([Int64])

    /// How many there are.
    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int64(let values): values.count
      }
    }
  }

  /// The name, one of a kind in its file.
  public var name: String
  /// The extents; empty for a single number.
  public var shape: [Int]
  /// The numbers.
  public var elements: Elements

  /// Creates a record.
  ///
  /// - Precondition: There are as many elements as the shape says, and no extent is negative.
  public init(_ name: String, shape: [Int], _ elements: Elements) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == elements.count,
      "\(elements.count) elements for shape \(shape) of \(name)")
    self.name = name
    self.shape = shape
    self.elements = elements
  }
}

extension TensorRecord.Elements {
  /// The name of the type in a safetensors header.
  var code: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .int64: "I64"
    }
  }

  /// The bytes of one element of a type, or nil when the type is not read.
  static func width(ofCode code: String) -> Int? { ["F32": 4, "F64": 8, "I64": 8][code] }

  /// Calls a function with the elements as little-endian bytes.
  func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    switch self {
    case .float32(let values): Self.withLittleEndian(values, \.bitPattern.littleEndian, body)
    case .float64(let values): Self.withLittleEndian(values, \.bitPattern.littleEndian, body)
    case .int64(let values): Self.withLittleEndian(values, \.littleEndian, body)
    }
  }

  private static func withLittleEndian<Element, Bits, R>(
    _ values: [Element], _ bits: (Element) -> Bits, _ body: (UnsafeRawBufferPointer) -> R
  ) -> R {
    #if _endian(little)
      values.withUnsafeBytes(body)
    #else
      values.map(bits).withUnsafeBytes(body)
    #endif
  }

  /// Reads elements from little-endian bytes.
  ///
  /// - Precondition: The type is one that is read, and the bytes are a whole number of elements.
  init(code: String, bytes: UnsafeRawBufferPointer) {
    switch code {
    case "F32":
      self = .float32(
        Self.read(bytes) { Float(bitPattern: UInt32(littleEndian: $0.bitPattern)) })
    case "F64":
      self = .float64(
        Self.read(bytes) { Double(bitPattern: UInt64(littleEndian: $0.bitPattern)) })
    case "I64": self = .int64(Self.read(bytes) { Int64(littleEndian: $0) })
    default: preconditionFailure("elements of type \(code)")
    }
  }

  private static func read<Element>(
    _ bytes: UnsafeRawBufferPointer, _ native: (Element) -> Element
  ) -> [Element] {
    let count = bytes.count / MemoryLayout<Element>.stride
    let values = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      // The bytes may stand anywhere in the file, so they are copied, not reinterpreted.
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      initialized = count
    }
    #if _endian(little)
      return values
    #else
      return values.map(native)
    #endif
  }
}
