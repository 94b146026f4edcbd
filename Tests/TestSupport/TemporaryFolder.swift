import Foundation

/// A new folder for one test, removed with its content when the test lets go of it.
public final class TemporaryFolder {
  /// Its absolute path.
  public let path: String

  /// Makes a folder with a name of its own.
  public init() throws {
    path = NSTemporaryDirectory() + "surety-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, making the folders on its way, and returns its path.
  @discardableResult
  public func file(_ name: String, _ content: some Sequence<UInt8>) throws -> String {
    let url = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content).write(to: url)
    return url.path
  }

  /// Writes a file of text, making the folders on its way, and returns its path.
  @discardableResult
  public func file(_ name: String, _ text: String) throws -> String { try file(name, text.utf8) }

  /// The names in the folder, in alphabetical order.
  public var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}
