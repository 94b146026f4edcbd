import Files
import Foundation

/// The layout of `examples.jsonl`; a reader refuses layouts it does not know.
public let exampleSchema = 1

/// An example as it was read, kept for the pages: a line of `examples.jsonl`.
///
/// Values are those that the region is stated in, before any normalisation. They are packed without loss: bytes where each
/// value is a whole number of 255ths, as pixels usually are, 16-bit numbers where each is one of 65535ths, and
/// 32-bit floats elsewhere, in base64.
public struct ExampleRecord: Sendable, Hashable {
  /// The place of the example in the data.
  public var example: Int
  /// The extents of the example: channels, height, width for a picture.
  public var shape: [Int]
  /// The values in row-major order.
  public var values: [Float]
  /// The network's outputs for the example; empty where they are not finite, or a run was ended before it knew them.
  public var output: [Double]
  /// The names of the values, where the data names them, as columns of a table are.
  public var names: [String]?

  /// Creates a record.
  ///
  /// - Precondition: There are as many values as the shape says.
  public init(example: Int, shape: [Int], values: [Float], output: [Double]) {
    precondition(
      values.count == shape.reduce(1, *), "\(values.count) values for the shape \(shape)")
    self.example = example
    self.shape = shape
    self.values = values
    self.output = output
  }
}

extension ExampleRecord {
  /// Reads the records of a file.
  ///
  /// - Returns: The records; none when the file is missing, as in folders of before they were kept.
  /// - Throws: `InputError` when a line is no example.
  public static func records(of path: String) throws(InputError) -> [ExampleRecord] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try JSONLines<ExampleRecord>(readFile(path), path: path, kind: "an example").lines
  }

  /// Writes a file of records in the place of the one before.
  ///
  /// - Throws: `InputError` when the file cannot be written.
  public static func write(_ records: [ExampleRecord], to path: String) throws(InputError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var content = Data()
    for record in records {
      guard let line = try? encoder.encode(record) else {
        throw InputError(path, "cannot be written: a number of an example is not finite")
      }
      content.append(line + Data("\n".utf8))
    }
    try writeFile(content, to: path)
  }
}

extension ExampleRecord: Codable {
  enum CodingKeys: String, CodingKey {
    case schema, example, shape, encoding, values, output, names
  }

  /// Reads an example.
  ///
  /// - Throws: `DecodingError` when the layout is unknown or the values do not fill the shape.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let schema = try fields.decode(Int.self, forKey: .schema)
    guard schema == exampleSchema else {
      throw DecodingError.dataCorruptedError(
        forKey: .schema, in: fields,
        debugDescription: "schema \(schema) is not known, expected \(exampleSchema)")
    }
    example = try fields.decode(Int.self, forKey: .example)
    shape = try fields.decode([Int].self, forKey: .shape)
    let packing = try fields.decode(Packing.self, forKey: .encoding)
    let packed = try fields.decode(Data.self, forKey: .values)
    output = try fields.decode([Double].self, forKey: .output)
    names = try fields.decodeIfPresent([String].self, forKey: .names)
    var count: Int? = 1
    for extent in shape {
      guard extent > 0, let known = count else { count = nil; break }
      let (product, overflow) = known.multipliedReportingOverflow(by: extent)
      count = overflow ? nil : product
    }
    guard let values = packing.values(packed), values.count == count,
      names.map({ $0.count == count }) ?? true
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .values, in: fields, debugDescription: "the values do not fill the shape")
    }
    self.values = values
  }

  /// Writes an example, its values packed as small as they can be without loss.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    let packing = Packing.smallest(for: values)
    try fields.encode(exampleSchema, forKey: .schema)
    try fields.encode(example, forKey: .example)
    try fields.encode(shape, forKey: .shape)
    try fields.encode(packing, forKey: .encoding)
    try fields.encode(packing.data(values), forKey: .values)
    try fields.encode(output, forKey: .output)
    try fields.encodeIfPresent(names, forKey: .names)
  }

  /// How values are packed.
  enum Packing: String, Codable, CaseIterable {
    /// A byte `b` stands for `b / 255`.
    case bytes = "u8/255"
    /// A little-endian 16-bit number `n` stands for `n / 65535`.
    case words = "u16/65535"
    /// Little-endian 32-bit floats.
    case floats = "f32"

    /// The smallest packing that loses nothing.
    static func smallest(for values: [Float]) -> Packing {
      if values.allSatisfy({ isWhole($0, of: 255) }) { return .bytes }
      return values.allSatisfy { isWhole($0, of: 65535) } ? .words : .floats
    }

    private static func isWhole(_ value: Float, of scale: Float) -> Bool {
      guard value >= 0, value <= 1 else { return false }
      return (value * scale).rounded() / scale == value
    }

    func data(_ values: [Float]) -> Data {
      switch self {
      case .bytes: Data(values.map { UInt8(($0 * 255).rounded()) })
      case .words:
        values.map { UInt16(($0 * 65535).rounded()).littleEndian }
          .withUnsafeBytes { Data($0) }
      case .floats: values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
      }
    }

    /// - Returns: nil when the data is no whole number of values.
    func values(_ data: Data) -> [Float]? {
      let bytes = [UInt8](data)
      let size = self == .bytes ? 1 : self == .words ? 2 : 4
      guard bytes.count % size == 0 else { return nil }
      return stride(from: 0, to: bytes.count, by: size).map { start in
        let number = (0..<size).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * $1) }
        return switch self {
        case .bytes: Float(number) / 255
        case .words: Float(number) / 65535
        case .floats: Float(bitPattern: number)
        }
      }
    }
  }
}
