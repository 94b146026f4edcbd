import Foundation
import Logging
import Surety

/// Standard output and standard error.
///
/// Either may be a file on a full disk. What standard error does not take is lost; what standard output does not
/// take is an error, since there the answer stands.
enum Console {
  /// Prints a line on standard error.
  static func error(_ line: String) {
    // A line of progress may stand where this one goes.
    let start = Terminal.error.isControllable ? Terminal.eraseLine : ""
    try? writeToStream(
      Data((start + line + "\n").utf8), .standardError, name: "standard error")
  }

  /// Prints a line on standard output at once, also into a pipe.
  static func line(_ line: String) throws(InputError) {
    try writeToStream(Data((line + "\n").utf8), .standardOutput, name: "standard output")
  }

  /// Prints one JSON object on standard output.
  static func json(_ value: some Encodable) throws(InputError) {
    let data = try JSONText.data(value)
    try writeToStream(data + Data("\n".utf8), .standardOutput, name: "standard output")
  }

  /// Hands over what `print` still holds.
  static func flush() throws(InputError) {
    guard fflush(nil) != 0 else { return }
    let reason = String(cString: strerror(errno)).lowercased()
    throw InputError("standard output", "cannot be written: \(reason)")
  }

  /// A number for people: at most six significant digits.
  static func short(_ value: Double) -> String { String(format: "%.6g", value) }

  /// The examples that cannot be used, on a line of its own; nothing where there is none.
  static func unusable(_ errors: Int) -> String {
    errors > 0
      ? "\n\(errors) cannot be used and \(errors == 1 ? "counts" : "count") in no accuracy" : ""
  }

  /// Columns of equal width, the first one left-aligned and the others right-aligned.
  static func table(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].columns : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.columns)
        return column == 0 ? cell + padding : padding + cell
      }
      return cells.joined(separator: "  ").trimmingSuffix(" ")
    }.joined(separator: "\n")
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self[...]
    while text.last == character { text.removeLast() }
    return String(text)
  }
}

/// Notes and warnings as lines on standard error: `surety: warning: ...`.
struct StandardErrorLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.notice

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    Console.error("surety: \(event.level): \(event.message)")
  }
}
