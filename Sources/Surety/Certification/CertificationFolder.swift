import Certificates
import Datasets
import Files
import Foundation

/// The folder that a run of certification writes: `certificates.jsonl`, `summary.json`, `examples.jsonl`, `report.html`.
///
/// A run that was stopped, or killed, continues where it stopped when it is started again.
public struct CertificationFolder: Sendable {
  /// The folder.
  public let path: String
  /// The model file as it was named.
  public let model: String
  /// The program and its arguments, for the record; nil where another program uses the library.
  public var command: [String]?

  /// The results, a line each.
  public var logPath: String { "\(path)/certificates.jsonl" }
  /// The totals.
  public var summaryPath: String { "\(path)/summary.json" }
  /// The examples that the page shows.
  public var examplesPath: String { "\(path)/examples.jsonl" }
  /// The page for people.
  public var reportPath: String { "\(path)/report.html" }

  /// Names a folder, which is made when missing.
  ///
  /// - Throws: `InputError` when it cannot be made.
  public init(_ path: String, model: String) throws(InputError) {
    self.path = path
    self.model = model
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw InputError(path, "the folder cannot be made")
    }
  }

  /// Removes the results of earlier runs.
  public func clear() {
    for file in [logPath, summaryPath, examplesPath, reportPath] {
      try? FileManager.default.removeItem(atPath: file)
    }
  }

  /// Certifies the examples that have no result in the folder yet.
  ///
  /// - Parameters:
  ///   - examples: The places of the examples in the data.
  ///   - isStopped: Asked between batches; true ends the run early, with the folder in order.
  ///   - progress: Called after each example.
  /// - Returns: The totals of all results for the examples, earlier ones included.
  /// - Throws: `InputError` when the folder holds results of another question, or cannot be written.
  public func run(
    _ certifier: Certifier, on examples: [Int],
    isStopped: @escaping @Sendable () -> Bool = { false },
    progress: (CertificationProgress) -> Void = { _ in }
  ) throws(InputError) -> Summary {
    let begin = circumstances(of: certifier)
    let log = try ResultLog(logPath)
    for line in log.lines {
      guard let other = certifier.run.difference(from: line.run) else { continue }
      throw InputError(
        logPath,
        "holds results of another run (\(other)); choose another --out, or start over with --restart"
      )
    }
    let wanted = Set(examples)
    var finished = Set(log.lines.map(\.example)).intersection(wanted)
    var verdicts: [String: Int] = [:]
    for line in log.lines where wanted.contains(line.example) {
      verdicts[line.verdict.rawValue, default: 0] += 1
    }
    func report() {
      progress(
        CertificationProgress(
          done: finished.count, requested: examples.count, verdicts: verdicts))
    }
    report()
    try certifier.certify(examples.filter { !finished.contains($0) }, isStopped: isStopped) {
      (line) throws(InputError) in
      try log.append(line)
      finished.insert(line.example)
      verdicts[line.verdict.rawValue, default: 0] += 1
      report()
    }
    return try write(log, certifier, wanted, begin)
  }

  private func write(
    _ log: ResultLog, _ certifier: Certifier, _ wanted: Set<Int>, _ begin: RunCircumstances
  ) throws(InputError) -> Summary {
    // An example that two runs worked on at once counts once.
    var seen = Set<Int>()
    let lines = log.lines
      .filter { wanted.contains($0.example) && seen.insert($0.example).inserted }
      .sorted { $0.example < $1.example }
    let summary = Summary(
      of: lines, run: certifier.run, version: Release.version, model: model,
      requested: wanted.count)
    return try write(summary, lines, of: certifier, begin)
  }
}
