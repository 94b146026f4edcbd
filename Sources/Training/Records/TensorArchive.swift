import Digests
import Files
import Foundation

/// Named tensors and texts in one file, in the safetensors format.
///
/// The format is a length of 8 bytes, a header in JSON that says where each tensor stands, and the numbers; other
/// tools read it. The header also holds the SHA-256 digest of everything else, so a damaged file is noticed.
///
/// Source: <https://github.com/huggingface/safetensors>.
public struct TensorArchive: Sendable, Hashable {
  /// The tensors, in the order of the file.
  public var tensors: [TensorRecord]
  /// Texts beside the tensors; the key `sha256` is taken for the digest.
  public var metadata: [String: String]

  /// Creates an archive.
  public init(_ tensors: [TensorRecord] = [], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor of a name, or nil when there is none.
  public subscript(name: String) -> TensorRecord? { tensors.first { $0.name == name } }

  /// The whole file as bytes.
  ///
  /// - Throws: `InputError` naming `source` when two tensors have one name.
  public func encoded(source: String = "archive") throws(InputError) -> Data {
    var names: Set<String> = []
    for tensor in tensors {
      guard tensor.name != "__metadata__", names.insert(tensor.name).inserted else {
        throw InputError(source, place: "tensor \"\(tensor.name)\"", "the name is taken already")
      }
    }
    let header = Header(self)
    var file = Data(header.bytes(digest: Header.noDigest))
    file.reserveCapacity(file.count + header.dataLength)
    for tensor in tensors { tensor.elements.withBytes { file.append(contentsOf: $0) } }
    file.replaceSubrange(header.digestRange, with: Data(sha256(of: file).utf8))
    return file
  }

  /// Writes the file so that a reader sees the old content or the new.
  ///
  /// - Throws: `InputError` when it cannot be written.
  public func write(to path: String) throws(InputError) {
    try writeFile(encoded(source: path), to: path)
  }

  /// The header of an archive to be written.
  private struct Header {
    /// What stands in place of the digest while the digest is made.
    static let noDigest = String(repeating: "0", count: 64)

    private let before: String
    private let after: String
    let dataLength: Int

    init(_ archive: TensorArchive) {
      let texts = archive.metadata.filter { $0.key != "sha256" }.sorted { $0.key < $1.key }
        .map { ",\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      before = "{\"__metadata__\":{\"sha256\":\""
      var offset = 0
      let entries = archive.tensors.map { tensor in
        let start = offset
        offset += tensor.elements.withBytes(\.count)
        let shape = tensor.shape.map(String.init).joined(separator: ",")
        return ",\(Self.quoted(tensor.name)):{\"dtype\":\"\(tensor.elements.code)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(start),\(offset)]}"
      }
      dataLength = offset
      let rest = "\"\(texts.joined())}\(entries.joined())}"
      // The numbers begin at a multiple of 8 bytes.
      let length = before.utf8.count + 64 + rest.utf8.count
      after = rest + String(repeating: " ", count: (8 - length % 8) % 8)
    }

    /// Where the digest stands in the file.
    var digestRange: Range<Int> {
      let start = 8 + before.utf8.count
      return start..<start + 64
    }

    func bytes(digest: String) -> [UInt8] {
      let text = Array((before + digest + after).utf8)
      return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }

    /// A text as JSON, quotes included.
    private static func quoted(_ text: String) -> String {
      var result = "\""
      for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _ where scalar.value < 0x20:
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
      }
      return result + "\""
    }
  }
}
