/// A file or an argument that cannot be used, in words a user can act on.
///
/// Every reader throws this type and nothing else for bad input, so that the command line can print
/// one line and stop with exit code 2.
public struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or the argument that is wrong, as the user named it.
  public var source: String
  /// Where in the source: a line, a node, an element. Empty when the whole source is meant.
  public var place: String
  /// What is wrong, and what would be right.
  public var message: String

  /// Creates an error about a place in a file or an argument.
  public init(_ source: String, place: String = "", _ message: String) {
    self.source = source
    self.place = place
    self.message = message
  }

  /// The error on one line: `source: place: message`.
  public var description: String {
    let line = [source, place, message].filter { !$0.isEmpty }.joined(separator: ": ")
    return line.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
