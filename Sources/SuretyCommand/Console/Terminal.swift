import Foundation

/// What an output stream can show.
struct Terminal {
  /// The stream, such as `STDERR_FILENO`.
  let stream: Int32
  /// Whether a person looks at it.
  let isTerminal: Bool
  /// Whether it obeys sequences that move the cursor and erase lines.
  let isControllable: Bool
  /// Whether it shows colours, and nobody asked for none (`NO_COLOR`).
  let hasColour: Bool

  static let output = Terminal(STDOUT_FILENO)
  static let error = Terminal(STDERR_FILENO)

  private init(_ stream: Int32) {
    let environment = ProcessInfo.processInfo.environment
    self.stream = stream
    isTerminal = isatty(stream) == 1
    isControllable = isTerminal && !["dumb", ""].contains(environment["TERM"] ?? "")
    hasColour = isControllable && (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// The columns, as they are now: a window may change its size at any time.
  var columns: Int {
    var size = winsize()
    guard ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80
    }
    return Int(size.ws_col)
  }

  /// Erases the line that the cursor stands in.
  static let eraseLine = "\r\u{1B}[K"
}
