import Datasets
import Files
import Foundation
import Records
import Synchronization

/// The folder that a run of certification writes: `certificates.jsonl`, `summary.json`, `examples.jsonl`, `report.html`.
///
/// A run that was stopped, or killed, continues where it stopped when it is started again. One process at a time has the
/// folder.
public struct CertificationFolder: Sendable {
  /// The folder.
  public let path: String
  /// The model file as it was named.
  public let model: String
  private let lock: OutputLock
  private let results = SharedResults()
  /// The program and its arguments, for the record; nil where another program uses the library.
  public var command: [String]?
  /// The part of a run's examples that is asked for; nil where all are.
  public var shard: Shard?

  /// The results, a line each.
  public var logPath: String { "\(path)/certificates.jsonl" }
  /// The totals.
  public var summaryPath: String { "\(path)/summary.json" }
  /// The examples that the page shows.
  public var examplesPath: String { "\(path)/examples.jsonl" }
  /// The page for people.
  public var reportPath: String { "\(path)/report.html" }

  /// Takes a folder, which is made when missing, for as long as the value lives.
  ///
  /// - Throws: `InputError` when it cannot be made, or another process has it.
  public init(_ path: String, model: String) throws(InputError) {
    self.path = path
    self.model = model
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw InputError(path, "the folder cannot be made")
    }
    lock = try OutputLock(folder: path)
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
  ///   - isStopped: Asked all the time; true ends the run early, with the folder in order.
  ///   - concluding: Called when the examples are done, before the totals and the page are written.
  ///   - progress: Called after each example.
  /// - Returns: The totals of all results for the examples, earlier ones included.
  /// - Throws: `InputError` when the folder holds results of another question, or cannot be written.
  public func run(
    _ certifier: Certifier, on examples: [Int],
    isStopped: @escaping @Sendable () -> Bool = { false }, concluding: () -> Void = {},
    progress: (CertificationProgress) -> Void = { _ in }
  ) throws(InputError) -> Summary {
    let begin = certifier.circumstances(command)
    let log = try ResultLog(logPath)
    for line in log.lines {
      guard let other = certifier.run.difference(from: line.run) else { continue }
      throw InputError(
        logPath,
        "holds results of another run (\(other)); choose another --out, or start over with --restart"
      )
    }
    let wanted = Set(examples)
    var outline = SharedResults.Outline(run: certifier.run, wanted: wanted)
    (outline.classes, outline.circumstances) = (certifier.classes, begin)
    outline.routing = certifier.routing
    outline.shard = shard
    (outline.known, outline.earlier) = (log.lines.count, try? SummaryNotes(contentsOf: summaryPath))
    results.begin(log.lines, outline)
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
      // In one step, so that whoever ends the program finds both alike.
      try WritingGate.shared.pass { () throws(InputError) in
        try log.append(line)
        results.add(line)
      }
      finished.insert(line.example)
      verdicts[line.verdict.rawValue, default: 0] += 1
      report()
    }
    concluding()
    let (summary, lines) = totals()
    try write(summary, lines, of: certifier)
    return summary
  }

  /// Writes the totals of what is done so far; for a thread that ends the program in the middle of a step.
  ///
  /// - Returns: The totals; nil where nothing was begun.
  @discardableResult
  public func writeTotals() throws(InputError) -> Summary? {
    guard results.hasBegun else { return nil }
    let summary = totals().summary
    try summary.write(to: summaryPath)
    return summary
  }

  private func totals() -> (summary: Summary, lines: [ResultLine]) {
    let (lines, outline) = results.content
    guard let outline else { preconditionFailure("The totals of a run that has not begun") }
    // An example that two runs of an earlier version worked on at once counts once.
    var seen = Set<Int>()
    let counted =
      lines
      .filter { outline.wanted.contains($0.example) && seen.insert($0.example).inserted }
    var summary = Summary(
      of: counted, run: outline.run, version: Release.version, model: model,
      requested: outline.wanted.count)
    (summary.classes, summary.routing) = (outline.classes, outline.routing)
    (summary.asked, summary.shard) = (Places(outline.wanted), outline.shard)
    summary.circumstances = outline.circumstances?.following(
      outline.earlier?.circumstances, computed: lines.count - outline.known,
      asksForOthers: outline.earlier?.isAboutOthers(
        requested: summary.requested, seconds: summary.seconds) ?? true)
    return (summary, counted.sorted { $0.example < $1.example })
  }
}

/// The results of a run where other threads can reach them.
private final class SharedResults: Sendable {
  /// What a run is about.
  struct Outline: Sendable {
    var run: RunRecord
    /// The examples that were asked for.
    var wanted: Set<Int>
    var classes: [String]?
    var routing: [RoutingRecord]?
    var circumstances: RunCircumstances?
    var shard: Shard?
    /// The results that earlier runs left, and what their summary says.
    var known = 0
    var earlier: SummaryNotes?

    init(run: RunRecord, wanted: Set<Int>) { (self.run, self.wanted) = (run, wanted) }
  }

  private struct Content: Sendable {
    var lines: [ResultLine] = []
    var outline: Outline?
  }

  private let state = Mutex(Content())

  var hasBegun: Bool { state.withLock { $0.outline != nil } }

  var content: (lines: [ResultLine], outline: Outline?) {
    state.withLock { ($0.lines, $0.outline) }
  }

  func begin(_ lines: [ResultLine], _ outline: Outline) {
    state.withLock { $0 = Content(lines: lines, outline: outline) }
  }

  func add(_ line: ResultLine) { state.withLock { $0.lines.append(line) } }
}
