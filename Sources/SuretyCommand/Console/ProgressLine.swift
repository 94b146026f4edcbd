import Foundation
import Surety

/// One line on a terminal that is written over and over; nothing in a pipe.
struct ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1

  /// Shows a line in the place of the one before.
  func show(_ line: String) {
    guard isTerminal else { return }
    try? writeToStream(Data("\r\u{1B}[K\(line)".utf8), .standardError, name: "standard error")
  }

  /// Removes the line.
  func clear() { show("") }
}
