import Foundation

/// One line on a terminal that is written over and over; nothing in a pipe.
struct ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1

  /// Shows a line in the place of the one before.
  func show(_ line: String) {
    guard isTerminal else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
  }

  /// Removes the line.
  func clear() { show("") }
}
