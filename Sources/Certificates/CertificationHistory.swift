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
    let path = "\(folder)/summary.json"
    let notes =
      FileManager.default.fileExists(atPath: path) ? try SummaryNotes(contentsOf: path) : nil
    // An example that two runs worked on at once counts once.
    var seen = Set<Int>()
    let written = try ResultLog.lines(of: "\(folder)/\(log)")
      .filter { seen.insert($0.example).inserted }
    lines = written.sorted { $0.example < $1.example }
    guard let first = lines.first else {
      throw InputError("\(folder)/\(log)", "holds no result yet")
    }
    summary = Summary(
      of: written, run: first.run, version: notes?.version ?? version,
      model: notes?.model ?? "model \(first.run.modelDigest.prefix(12))",
      // Nobody wrote down what was asked for: at the least what was begun.
      requested: max(notes?.requested ?? PartialRun(of: written).open + lines.count, lines.count))
    summary.classes = notes?.classes
    summary.circumstances = notes?.circumstances
    examples = try ExampleRecord.records(of: "\(folder)/examples.jsonl")
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
  /// The names of the classes, in the order of the labels.
  public var classes: [String]?
  /// Where, when, by what and with how much effort the run was made.
  public var circumstances: RunCircumstances?

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
