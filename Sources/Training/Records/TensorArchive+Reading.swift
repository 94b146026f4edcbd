import Digests
import Files
import Foundation

extension TensorArchive {
  /// Whether an archive must carry its digest.
  public enum DigestRule: Sendable {
    /// A file without one is refused: it was not written here, or not to its end.
    case required
    /// A file without one is read, as one from another tool; a digest that is there must be right.
    case optional
  }

  /// Reads a file.
  ///
  /// - Throws: `InputError` when it is missing or damaged: cut short, with tensors that overlap or leave gaps, of
  ///   sizes that do not fit, of types other than F32, F64 and I64, or with another digest than it says.
  public init(contentsOf path: String, digest rule: DigestRule = .required) throws(InputError) {
    try self.init(readFile(path), source: path, digest: rule)
  }

  /// Reads the bytes of a file.
  ///
  /// Nothing is allocated on the word of the header alone: every size in it is compared with what is there.
  ///
  /// - Parameter source: What to name in errors.
  /// - Throws: `InputError` as the other initialiser does.
  public init(
    _ file: Data, source: String, digest rule: DigestRule = .required
  ) throws(InputError) {
    func damaged(_ problem: String) -> InputError { InputError(source, "is damaged: \(problem)") }
    var bytes = [UInt8](file)
    guard bytes.count >= 8 else {
      throw damaged("\(bytes.count) bytes are too few for a safetensors file")
    }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length >= 2, length <= UInt64(bytes.count - 8) else {
      throw damaged("its header should have \(length) bytes, and \(bytes.count - 8) follow")
    }
    let start = 8 + Int(length)
    let header: HeaderJSON
    do {
      header = try JSONDecoder().decode(HeaderJSON.self, from: Data(bytes[8..<start]))
    } catch {
      throw damaged("its header is not that of a safetensors file")
    }
    try Self.check(
      digest: header.metadata["sha256"], of: &bytes, headerEnd: start, rule, source: source)
    tensors = []
    metadata = header.metadata
    metadata["sha256"] = nil
    var expected = 0
    for entry in header.entries.sorted(by: { $0.place < $1.place }) {
      let place = "tensor \"\(entry.name)\""
      guard entry.range.lowerBound == expected else {
        throw InputError(
          source, place: place,
          "is damaged: begins at byte \(entry.range.lowerBound) of the data, expected \(expected)")
      }
      guard entry.range.upperBound <= bytes.count - start else {
        throw InputError(
          source, place: place,
          "is damaged: ends at byte \(entry.range.upperBound) of \(bytes.count - start)")
      }
      expected = entry.range.upperBound
      guard entry.range.count == entry.byteCount else {
        throw InputError(
          source, place: place,
          "is damaged: \(entry.range.count) bytes for shape \(entry.shape) of \(entry.type)")
      }
      let range = start + entry.range.lowerBound..<start + entry.range.upperBound
      let elements = bytes.withUnsafeBytes {
        TensorRecord.Elements(code: entry.type, bytes: UnsafeRawBufferPointer(rebasing: $0[range]))
      }
      tensors.append(TensorRecord(entry.name, shape: entry.shape, elements))
    }
    guard expected == bytes.count - start else {
      throw damaged("\(bytes.count - start - expected) bytes follow its last tensor")
    }
  }

  /// Compares the digest of a file with the one in its header, in whose place it leaves zeros.
  private static func check(
    digest: String?, of file: inout [UInt8], headerEnd: Int, _ rule: DigestRule, source: String
  ) throws(InputError) {
    guard let digest else {
      if rule == .optional { return }
      throw InputError(source, "is damaged or foreign: its header has no SHA-256 digest")
    }
    let written = Array("\"sha256\":\"\(digest)\"".utf8)
    let place = (8..<headerEnd).first { index in
      file[index] == written[0] && file[index..<headerEnd].starts(with: written)
    }
    guard digest.utf8.count == 64, let place else {
      throw InputError(source, "is damaged: its header has no readable SHA-256 digest")
    }
    // The digest was made with zeros in its own place.
    let first = place + written.count - 65
    file.replaceSubrange(first..<first + 64, with: repeatElement(UInt8(ascii: "0"), count: 64))
    guard sha256(of: file) == digest else {
      throw InputError(
        source, "is damaged: its SHA-256 digest is not the one that was written with it")
    }
  }
}

/// The header of a safetensors file as JSON has it.
private struct HeaderJSON: Decodable {
  struct Entry {
    var name: String
    var type: String
    var shape: [Int]
    var range: Range<Int>
    /// The bytes that the shape and the type need.
    var byteCount: Int
    /// What entries are ordered by; empty tensors share an offset.
    var place: (Int, Int, String) { (range.lowerBound, range.upperBound, name) }
  }

  private struct EntryJSON: Decodable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var metadata: [String: String] = [:]
  var entries: [Entry] = []

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
        continue
      }
      let entry = try container.decode(EntryJSON.self, forKey: key)
      let offsets = entry.data_offsets
      guard let width = TensorRecord.Elements.width(ofCode: entry.dtype),
        offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1],
        let byteCount = Self.product(entry.shape + [width])
      else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "no tensor")
      }
      entries.append(
        Entry(
          name: key.stringValue, type: entry.dtype, shape: entry.shape,
          range: offsets[0]..<offsets[1], byteCount: byteCount))
    }
  }

  /// The product of extents, or nil when one is negative or the product is too large for any memory.
  private static func product(_ extents: [Int]) -> Int? {
    var result = 1
    for extent in extents {
      let (product, overflow) = result.multipliedReportingOverflow(by: extent)
      if overflow || extent < 0 { return nil }
      result = product
    }
    return result
  }
}
