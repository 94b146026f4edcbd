import Files
import Foundation

/// The lines of a file that is only ever appended to, one JSON object each.
struct JSONLines<Line: Decodable> {
  /// The objects, in the order of the file.
  var lines: [Line] = []
  /// The offset after each line, in bytes.
  var ends: [Int] = []
  /// The bytes of each line without its end.
  var places: [Range<Int>] = []

  /// Reads lines; what follows the last newline was cut off while it was written, and is left out.
  ///
  /// - Parameters:
  ///   - content: The whole file.
  ///   - path: The file to name in errors.
  ///   - kind: What a line is, with its article, such as `a result`.
  /// - Throws: `InputError` naming a line that is none.
  init(_ content: Data, path: String, kind: String) throws(InputError) {
    let decoder = JSONDecoder()
    var length = 0
    for (index, text) in content.split(separator: 10, omittingEmptySubsequences: false).enumerated()
    {
      let end = length + text.count
      guard end < content.count else { break }
      length = end + 1
      if text.isEmpty { continue }
      do {
        lines.append(try decoder.decode(Line.self, from: Data(text)))
        ends.append(length)
        places.append(end - text.count..<end)
      } catch {
        throw InputError(
          path, place: "line \(index + 1)",
          "is not \(kind) (\(jsonProblem(error))); remove the line")
      }
    }
  }
}

/// Appends a line and waits until it is on the disk.
///
/// - Parameter text: Further fields of the line's object, with the comma before them.
/// - Throws: `InputError` when a number is not finite, the disk is full or the file is gone; the file is as it was.
func appendLine(
  _ line: some Encodable, adding text: String? = nil, to file: FileHandle, path: String
) throws(InputError) {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  var data: Data
  do { data = try encoder.encode(line) } catch {
    throw InputError(path, "cannot be written: a number of the line is not finite")
  }
  if let text, data.last == UInt8(ascii: "}") {
    data.removeLast()
    data += Data((text + "}").utf8)
  }
  // One write for the whole line, at the end of the file wherever that is: a crash of the program cannot split it.
  try appendToFile(data + Data("\n".utf8), file, path: path)
}

/// Opens a log after its first `length` bytes, cutting off the rest; makes it when missing.
///
/// - Throws: `InputError` when the file cannot be written.
func openLog(_ path: String, keeping length: Int) throws(InputError) -> FileHandle {
  try openForAppending(path, keeping: length)
}
