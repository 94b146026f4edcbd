import Foundation
import Surety
import Synchronization

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

/// The last line of progress, for whoever ends a run.
final class LastLine: Sendable {
  private let line = Mutex<String?>(nil)

  /// The line; nil before the first one.
  var text: String? {
    get { line.withLock { $0 } }
    set { line.withLock { $0 = newValue } }
  }
}
