import Files
import Foundation

/// A file of a mark, a header in JSON and numbers, with a sum over all before it at its end.
enum CheckpointFile {
  /// Writes a file.
  ///
  /// - Parameters:
  ///   - mark: The first bytes of the file, which name its layout.
  ///   - body: Adds the numbers.
  static func write<Header: Encodable>(
    _ header: Header, _ mark: String, to path: String, _ body: (inout FileSink) -> Void
  ) throws(InputError) {
    guard let words = try? encoder.encode(header) else {
      throw InputError(path, "the state of the search cannot be written")
    }
    try FileSink.write(path) { sink in
      sink.append(Array(mark.utf8))
      sink.append(UInt32(words.count))
      sink.append(words)
      body(&sink)
      sink.append(sink.checksum)
    }
  }

  /// The header of a file and what follows it; nil where the file is missing, damaged, or another one.
  static func read<Header: Decodable>(
    _ type: Header.Type, _ mark: String, from path: String
  ) -> (header: Header, body: ByteSource)? {
    // A large tree is read where it lies; whoever replaces the file does not change it.
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped),
      data.count > 4
    else { return nil }
    let content = data.dropLast(4)
    var (source, end) = (ByteSource(content), ByteSource(data.suffix(4)))
    guard let found = source.bytes(mark.utf8.count), found.elementsEqual(mark.utf8),
      end.number(UInt32.self) == checksum(content),
      let size = source.number(UInt32.self), let words = source.bytes(Int(size)),
      let header = try? decoder.decode(Header.self, from: words)
    else { return nil }
    return (header, source)
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

/// What a checkpoint says before the numbers.
struct CheckpointHeader: Codable {
  /// The first bytes of the file, which name its layout.
  static let mark = "surety search 4\n"

  /// Where a search stands.
  struct SearchState: Codable {
    /// How regions are split.
    var split: SplitKind
    /// The cases, to which sub-problems point.
    var cases: [CaseRecord]
    /// The tree that follows.
    var tree: TreeState
  }

  /// How far the tree is.
  struct TreeState: Codable {
    /// The sub-problems that were bounded.
    var visited: Int
    /// The part that is decided.
    var decided: Double
    /// Whether a condition was met up to rounding, so that the search cannot end with a proof.
    var isTied: Bool
    /// How many sub-problems follow.
    var count: Int
    /// What tells the planes that sub-problems remember the ends of from others.
    var planes: UInt32
  }

  var subject: String
  var prologue: SearchPrologue
  /// Where the search stands; nil before it.
  var search: SearchState?
}
