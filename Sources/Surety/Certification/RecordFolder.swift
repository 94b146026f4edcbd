import Files
import Foundation
import Records

/// The folder of a run that writes a line for each example, and totals beside them.
///
/// A run that was stopped, or killed, continues where it stopped when it is started again. One process at a time has the
/// folder.
public struct RecordFolder: Sendable {
  /// The folder.
  public let path: String
  /// The name of the file of lines.
  public let logName: String
  /// The program and its arguments, for the record; nil where another program uses the library.
  public var command: [String]?
  private let lock: OutputLock

  /// The results, a line each.
  public var logPath: String { "\(path)/\(logName)" }
  /// The totals.
  public var summaryPath: String { "\(path)/summary.json" }
  /// The examples that the page shows.
  public var examplesPath: String { "\(path)/examples.jsonl" }
  /// The page for people.
  public var reportPath: String { "\(path)/report.html" }

  /// Takes a folder, which is made when missing, for as long as the value lives.
  ///
  /// - Throws: `InputError` when it cannot be made, another process has it, or it holds the results of another kind of run.
  public init(_ path: String, log: String) throws(InputError) {
    (self.path, logName) = (path, log)
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw InputError(path, "the folder cannot be made")
    }
    let others = [
      "certificates.jsonl", "radius.jsonl", "attack.jsonl", "metrics.jsonl", "comparison.json",
      "federation.json", "search.json",
    ]
    if let other = others.first(where: {
      $0 != log && FileManager.default.fileExists(atPath: "\(path)/\($0)")
    }) {
      throw InputError(
        path, "holds the results of another command (\(other)); choose another --out")
    }
    lock = try OutputLock(folder: path)
  }

  /// Removes the results of earlier runs.
  public func clear() {
    for file in [logPath, summaryPath, examplesPath, reportPath] {
      try? FileManager.default.removeItem(atPath: file)
    }
  }

  /// What a log of other results is refused with.
  func refusal(_ difference: String) -> InputError {
    InputError(
      logPath,
      "holds results of another run (\(difference)); choose another --out, or start over with --restart"
    )
  }
}
