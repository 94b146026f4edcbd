import Files
import Foundation

/// The file `certificates.jsonl`: a line for each example, only ever appended to.
///
/// A line reaches the disk before the next example is reported, so a run that is killed loses at most the
/// examples it was working on. A last line that was cut off by a crash is dropped when the log is opened.
public final class ResultLog {
  /// The file.
  public let path: String
  /// The results of earlier runs, in the order of the file.
  public private(set) var lines: [ResultLine]
  private let file: FileHandle

  /// Opens a log, making it when missing.
  ///
  /// - Throws: `InputError` when the file cannot be read or written, or a line other than a last one that
  ///   was cut off is no result.
  public init(_ path: String) throws(InputError) {
    self.path = path
    let content = FileManager.default.fileExists(atPath: path) ? try readFile(path) : Data()
    let (lines, length) = try Self.parse(content, path)
    self.lines = lines
    if !FileManager.default.fileExists(atPath: path) { try writeFile(Data(), to: path) }
    guard let file = FileHandle(forUpdatingAtPath: path) else {
      throw InputError(path, "cannot be written")
    }
    self.file = file
    do {
      try file.truncate(atOffset: UInt64(length))
      try file.seekToEnd()
    } catch {
      throw InputError(path, "cannot be written")
    }
  }

  deinit { try? file.close() }

  /// Reads the lines of a log.
  ///
  /// - Throws: `InputError` as the initialiser does.
  public static func lines(of path: String) throws(InputError) -> [ResultLine] {
    try parse(readFile(path), path).lines
  }

  /// Adds a result and waits until it is on the disk.
  ///
  /// - Throws: `InputError` when the disk is full or the file is gone.
  public func append(_ line: ResultLine) throws(InputError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      // One write for the whole line: a crash of the program cannot split it.
      try file.write(contentsOf: encoder.encode(line) + Data("\n".utf8))
      try file.synchronize()
    } catch {
      throw InputError(path, "cannot be written: \((error as NSError).localizedDescription)")
    }
    lines.append(line)
  }

  /// The results, and the length of the part of the file that holds them.
  private static func parse(
    _ content: Data, _ path: String
  ) throws(InputError) -> (lines: [ResultLine], length: Int) {
    let decoder = JSONDecoder()
    var lines: [ResultLine] = []
    var length = 0
    for (index, text) in content.split(separator: 10, omittingEmptySubsequences: false).enumerated()
    {
      let end = length + text.count
      // What follows the last newline was cut off while it was written.
      guard end < content.count else { break }
      if !text.isEmpty {
        do {
          lines.append(try decoder.decode(ResultLine.self, from: Data(text)))
        } catch {
          throw InputError(
            path, place: "line \(index + 1)", "is not a result (\(reason(error))); remove the line")
        }
      }
      length = end + 1
    }
    return (lines, length)
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "no key \(key.stringValue)"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "wrong type at \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    case DecodingError.dataCorrupted(let context)
    where context.codingPath.map(\.stringValue) == ["schema"]:
      context.debugDescription
    default: "not valid JSON"
    }
  }
}
