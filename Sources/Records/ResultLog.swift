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
    let parsed = try JSONLines<ResultLine>(content, path: path, kind: "a result")
    lines = parsed.lines
    file = try openLog(path, keeping: parsed.ends.last ?? 0)
  }

  deinit { try? file.close() }

  /// Reads the lines of a log.
  ///
  /// - Throws: `InputError` as the initialiser does.
  public static func lines(of path: String) throws(InputError) -> [ResultLine] {
    try JSONLines<ResultLine>(readFile(path), path: path, kind: "a result").lines
  }

  /// A result, and where in the log it stands.
  public struct Located: Sendable {
    /// The result, without its certificate.
    public var line: ResultLine
    /// Its bytes, those of its certificate among them, without the end of the line.
    public var bytes: Range<Int>
  }

  /// Reads the lines of a log that is in memory.
  ///
  /// - Parameter path: The file to name in errors.
  /// - Throws: `InputError` as the initialiser does.
  public static func located(
    in content: Data, path: String
  ) throws(InputError) -> [Located] {
    let parsed = try JSONLines<ResultLine>(content, path: path, kind: "a result")
    return zip(parsed.lines, parsed.places).map { Located(line: $0, bytes: $1) }
  }

  /// Adds a result and waits until it is on the disk.
  ///
  /// - Throws: `InputError` when the disk is full or the file is gone.
  public func append(_ line: ResultLine) throws(InputError) {
    let text = line.certificate.map { ",\"\(ResultLine.CodingKeys.certificate.rawValue)\":\($0)" }
    try appendLine(line, adding: text, to: file, path: path)
    var kept = line
    (kept.certificate, kept.carriesCertificate) = (nil, line.isProved)
    lines.append(kept)
  }
}

/// Reads the objects of a file of records, one on each line; a last line that was cut off by a crash is left out.
///
/// - Parameters:
///   - path: The file.
///   - kind: What a line is, with its article, such as `a result`.
/// - Throws: `InputError` when the file cannot be read, or names a line that is no such object.
public func recordLines<Line: Decodable>(
  of path: String, kind: String
) throws(InputError) -> [Line] {
  try JSONLines<Line>(readFile(path), path: path, kind: kind).lines
}
