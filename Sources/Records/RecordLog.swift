import Files
import Foundation

/// A file of records, a line for each example, only ever appended to: `radius.jsonl`, `attack.jsonl`.
///
/// It is kept like `certificates.jsonl`: a line reaches the disk before the next example is begun, and a last line that was
/// cut off by a crash is dropped.
public final class RecordLog<Line: Codable & Sendable> {
  /// The file.
  public let path: String
  /// The records, in the order of the file.
  public private(set) var lines: [Line]
  private let file: FileHandle

  /// Opens a log, making it when missing.
  ///
  /// - Parameter kind: What a line is, with its article, such as `a radius`.
  /// - Throws: `InputError` when the file cannot be read or written, or a line other than a last one that was cut off is
  ///   no record.
  public init(_ path: String, kind: String) throws(InputError) {
    self.path = path
    let content = FileManager.default.fileExists(atPath: path) ? try readFile(path) : Data()
    let parsed = try JSONLines<Line>(content, path: path, kind: kind)
    lines = parsed.lines
    file = try openLog(path, keeping: parsed.ends.last ?? 0)
  }

  deinit { try? file.close() }

  /// Adds a record and waits until it is on the disk.
  ///
  /// - Throws: `InputError` when the disk is full or the file is gone.
  public func append(_ line: Line) throws(InputError) {
    try appendLine(line, to: file, path: path)
    lines.append(line)
  }
}

/// Writes totals, such as `summary.json`, beside their place first.
///
/// - Throws: `InputError` when the file cannot be written.
public func writeSummary(_ summary: some Encodable, to path: String) throws(InputError) {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(summary) else {
    throw InputError(path, "the summary holds a number that is not finite")
  }
  try writeFile(data + Data("\n".utf8), to: path)
}
