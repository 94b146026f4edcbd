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

  /// Reads the results of a folder, with `summary.json` and `examples.jsonl` where they are.
  ///
  /// The totals are made from the lines: those of a run that was killed are older than its last lines. A folder without a
  /// summary is that of a run that was killed before it wrote one.
  ///
  /// - Parameters:
  ///   - log: The name of the file of results: `certificates.jsonl`, or another whose lines hold the same.
  ///   - version: The version to name where the records name none.
  /// - Throws: `InputError` when a file is damaged, or no example has a result.
  public init(
    folder: String, log: String = "certificates.jsonl", version: String
  ) throws(InputError) {
    let written = try SummaryNotes(ofFolder: folder)
    // An example that two runs worked on at once counts once.
    var seen = Set<Int>()
    let all = try ResultLog.lines(of: "\(folder)/\(log)")
      .filter { seen.insert($0.example).inserted }
    guard let first = all.first else {
      throw InputError("\(folder)/\(log)", "holds no result yet")
    }
    var notes =
      written
      ?? SummaryNotes(
        version: version, model: "model \(first.run.modelDigest.prefix(12))",
        // Nobody wrote down what was asked for: at the least what was begun.
        requested: PartialRun(of: all).open + all.count)
    notes.requested = max(notes.requested, all.count)
    self.init(
      all, run: first.run, notes,
      examples: try ExampleRecord.records(of: "\(folder)/examples.jsonl"))
  }

  /// Creates the history of results that a program has.
  ///
  /// - Parameters:
  ///   - written: The results as they were written, each example once.
  ///   - notes: What the results do not say.
  public init(
    _ written: [ResultLine], run: RunRecord, _ notes: SummaryNotes, examples: [ExampleRecord]
  ) {
    (lines, self.examples) = (written.sorted { $0.example < $1.example }, examples)
    summary = Summary(
      of: written, run: run, version: notes.version, model: notes.model, requested: notes.requested)
    (summary.classes, summary.routing) = (notes.classes, notes.routing)
    summary.circumstances = notes.circumstances
    (summary.asked, summary.shard, summary.parts) = (notes.asked, notes.shard, notes.parts)
  }
}

/// What a summary says beside the totals, whichever command wrote it.
public struct SummaryNotes: Decodable, Sendable {
  /// The version of the program.
  public var version: String
  /// The model file as it was named.
  public var model: String
  /// The examples that were asked for.
  public var requested: Int
  /// The examples that were asked for, by their places; nil where the summary does not say.
  public var asked: Places?
  /// The part of a run's examples that was asked for; nil where all were.
  public var shard: Shard?
  /// The folders that the results were joined from; nil where one run made them.
  public var parts: [MergedPart]?
  /// The seconds of all examples; nil where the summary does not say.
  public var seconds: Double?
  /// The names of the classes, in the order of the labels.
  public var classes: [String]?
  /// The blocks that most tokens skip; nil where there are none.
  public var routing: [RoutingRecord]?
  /// Where, when, by what and with how much effort the run was made.
  public var circumstances: RunCircumstances?

  /// Creates notes.
  public init(version: String, model: String, requested: Int) {
    (self.version, self.model, self.requested) = (version, model, requested)
  }

  /// Whether totals that were made now are about other examples; the seconds of the same results are the same to the last
  /// digit.
  public func isAboutOthers(requested: Int, seconds: Double) -> Bool {
    self.requested != requested || self.seconds != seconds
  }

  /// Reads the `summary.json` of a folder.
  ///
  /// - Returns: nil where there is none, as in a folder whose run was killed before it wrote one.
  /// - Throws: `InputError` when it is no summary, or has an unknown layout.
  public init?(ofFolder folder: String) throws(InputError) {
    let path = "\(folder)/summary.json"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    self = try SummaryNotes(contentsOf: path)
  }

  /// Reads `summary.json`.
  ///
  /// - Throws: `InputError` when the file is missing, is no summary, or has an unknown layout.
  public init(contentsOf path: String) throws(InputError) {
    struct Layout: Decodable {
      var schema: Int
    }
    let data = try readFile(path, limit: 1 << 26)
    do {
      let schema = try JSONDecoder().decode(Layout.self, from: data).schema
      guard schema == resultSchema else {
        throw InputError(path, "schema \(schema) is not known, expected \(resultSchema)")
      }
      self = try JSONDecoder().decode(SummaryNotes.self, from: data)
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(path, "is not the summary of a run (\(jsonProblem(error)))")
    }
  }
}
