import Files
import Foundation

/// A search for radii as its folder has it: what the report shows.
public struct RadiusHistory: Sendable, Hashable {
  /// The totals.
  public var summary: RadiusSummary
  /// The room that was left between the radii of an example, as a part of the radius.
  public var tolerance: Double
  /// The results, ordered by example.
  public var radii: [ExampleRadius]
  /// The examples that are kept for the page.
  public var examples: [ExampleRecord]

  /// Creates a history.
  public init(
    summary: RadiusSummary, tolerance: Double, radii: [ExampleRadius],
    examples: [ExampleRecord] = []
  ) {
    (self.summary, self.tolerance, self.radii, self.examples) = (
      summary, tolerance, radii, examples
    )
  }

  /// Reads the results of a folder, with `summary.json` and `examples.jsonl` where they are.
  ///
  /// The totals are made from the lines: those of a run that was killed are older than its last lines.
  ///
  /// - Parameter version: The version to name where the records name none.
  /// - Throws: `InputError` when a file is damaged, or no example has a result.
  public init(folder: String, version: String) throws(InputError) {
    let notes = try SummaryNotes(ofFolder: folder)
    let path = "\(folder)/radius.jsonl"
    let lines: [RadiusLine] = try recordLines(of: path, kind: "a radius")
    guard let first = lines.first else { throw InputError(path, "holds no result yet") }
    var seen = Set<Int>()
    radii = lines.map(\.radius).filter { seen.insert($0.example).inserted }
      .sorted { $0.example < $1.example }
    tolerance = first.tolerance
    summary = RadiusSummary(
      of: radii, run: first.run, version: notes?.version ?? version,
      model: notes?.model ?? "model \(first.run.modelDigest.prefix(12))",
      requested: max(notes?.requested ?? 0, radii.count))
    summary.classes = notes?.classes
    summary.circumstances = notes?.circumstances
    examples = try ExampleRecord.records(of: "\(folder)/examples.jsonl")
  }
}
