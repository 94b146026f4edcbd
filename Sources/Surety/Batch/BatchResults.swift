import Files
import Foundation

/// The answers of `surety batch`, a line for each question, added as they come.
public final class BatchResults {
  /// The answer to one question.
  public struct Answer: Hashable, Sendable {
    /// `unsat`, `sat`, `unknown`, `timeout` or `error`.
    public var verdict: String
    /// The seconds that it took, start included.
    public var seconds: Double
    /// What decided, or why nothing did.
    public var reason: String

    /// Creates an answer.
    public init(verdict: String, seconds: Double, reason: String) {
      self.verdict = verdict
      self.seconds = seconds
      self.reason = reason
    }
  }

  /// The answers that an earlier run left.
  public private(set) var known: [InstanceList.Instance: Answer] = [:]
  private let path: String
  private let file: FileHandle
  private static let header = ["onnx", "vnnlib", "timeout_s", "verdict", "seconds", "reason"]

  /// Opens the table, or starts it.
  ///
  /// A last line that a kill cut off is removed.
  ///
  /// - Throws: `InputError` when the file is another table, or cannot be written.
  public init(_ path: String) throws(InputError) {
    self.path = path
    let header = CommaSeparated.line(Self.header)
    var kept = ""
    if FileManager.default.fileExists(atPath: path) {
      let text = String(decoding: try readFile(path), as: UTF8.self)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      guard lines[0] == header || text.isEmpty else {
        throw InputError(
          path, place: "line 1",
          "is not a table of answers, expected '\(header)'; choose another --out")
      }
      // What follows the last line end is empty, or a line that was not finished.
      for line in lines.dropFirst().dropLast() {
        let cells = CommaSeparated.cells(of: line)
        guard cells.count == Self.header.count, let timeout = Double(cells[2]),
          let seconds = Double(cells[4])
        else { continue }
        let instance = InstanceList.Instance(model: cells[0], property: cells[1], timeout: timeout)
        known[instance] = Answer(verdict: cells[3], seconds: seconds, reason: cells[5])
        kept += line + "\n"
      }
    }
    try writeFile(Data((header + "\n" + kept).utf8), to: path)
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw InputError(path, "cannot be written")
    }
    self.file = file
    _ = try? file.seekToEnd()
  }

  /// Adds an answer.
  public func add(_ answer: Answer, to instance: InstanceList.Instance) throws(InputError) {
    known[instance] = answer
    let line = CommaSeparated.line([
      instance.model, instance.property, "\(instance.timeout)", answer.verdict,
      String(format: "%.3f", answer.seconds), answer.reason,
    ])
    try appendToFile(Data((line + "\n").utf8), file, path: path)
  }
}
