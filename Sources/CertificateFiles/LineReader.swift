import Files
import Foundation

/// Reads the lines of a file one after another, in pieces, so that its size does not matter.
final class LineReader {
  /// The file, for messages.
  let path: String
  private let file: FileHandle
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// The longest line that is read.
  static let longest = 1 << 30

  init(path: String) throws(InputError) {
    self.path = path
    if path == "-" {
      file = .standardInput
      return
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(path, "no such file")
    }
    guard !isFolder.boolValue else { throw InputError(path, "is a folder, expected a file") }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw InputError(path, "cannot be read")
    }
    self.file = file
  }

  /// The next line without its end; nil behind the last one.
  func next() throws(InputError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      searched = buffer.count
      if isAtEnd {
        defer { start = buffer.count }
        return start < buffer.count ? Array(buffer[start...]) : nil
      }
      if start > 0 {
        buffer.removeFirst(start)
        searched -= start
        start = 0
      }
      guard buffer.count <= Self.longest else {
        throw InputError(path, "a line is longer than \(Self.longest) bytes")
      }
      let piece: Data?
      do { piece = try file.read(upToCount: 1 << 20) } catch {
        throw InputError(path, "cannot be read")
      }
      if let piece, !piece.isEmpty { buffer += piece } else { isAtEnd = true }
    }
  }
}
