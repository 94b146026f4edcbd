import Files
import Foundation

/// A run of certification as its folder has it: what the report shows.
public struct CertificationHistory: Sendable, Hashable {
  /// The totals.
  public var summary: Summary
  /// The results, ordered by example.
  public var lines: [ResultLine]
  /// The examples that are kept for the page.
  public var examples: [ExampleRecord]

  /// Creates a history.
  public init(summary: Summary, lines: [ResultLine], examples: [ExampleRecord] = []) {
    self.summary = summary
    self.lines = lines
    self.examples = examples
  }

  /// Reads `summary.json`, `certificates.jsonl` and, where it is, `examples.jsonl` of a folder.
  ///
  /// The totals are made from the lines: those of a run that was killed are older than its last lines. A folder without a
  /// summary is that of a run that was killed before it wrote one.
  ///
  /// - Throws: `InputError` when a file is damaged, or no example has a result.
  public init(folder: String, version: String) throws(InputError) {
    let path = "\(folder)/summary.json"
    let written =
      FileManager.default.fileExists(atPath: path) ? try Summary(contentsOf: path) : nil
    // An example that two runs worked on at once counts once.
    var seen = Set<Int>()
    lines = try ResultLog.lines(of: "\(folder)/certificates.jsonl")
      .filter { seen.insert($0.example).inserted }
      .sorted { $0.example < $1.example }
    guard let first = lines.first else {
      throw InputError("\(folder)/certificates.jsonl", "holds no result yet")
    }
    summary = Summary(
      of: lines, run: first.run, version: written?.version ?? version,
      model: written?.model ?? "model \(first.run.modelDigest.prefix(12))",
      requested: max(written?.requested ?? 0, lines.count))
    summary.classes = written?.classes
    summary.circumstances = written?.circumstances
    examples = try ExampleRecord.records(of: "\(folder)/examples.jsonl")
  }
}
