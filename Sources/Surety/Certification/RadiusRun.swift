import Certificates
import Files

/// The radii of several images, written to a folder as they are found where one is given.
public struct RadiusRun {
  private var search: RadiusSearch
  private let folder: RecordFolder?
  private let model: String
  private let log: RecordLog<RadiusLine>?

  /// What was found so far: how many examples of how many.
  public struct Progress: Sendable {
    /// The examples with a result.
    public var done: Int
    /// The examples that were asked for.
    public var requested: Int
    /// The radii found so far.
    public var radii: [ExampleRadius]
  }

  /// What a run found.
  public struct Outcome: Sendable {
    /// The totals.
    public var summary: RadiusSummary
    /// The results, ordered by example.
    public var radii: [ExampleRadius]
  }

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - folder: The folder; nil to write nothing.
  ///   - model: The model file as it was named.
  /// - Throws: `InputError` when the folder holds results of another question, or cannot be written.
  public init(
    _ search: RadiusSearch, in folder: RecordFolder?, model: String
  ) throws(InputError) {
    (self.search, self.folder, self.model) = (search, folder, model)
    log = try folder.map { (folder) throws(InputError) in
      try RecordLog<RadiusLine>(folder.logPath, kind: "a radius")
    }
    for line in log?.lines ?? [] {
      let difference =
        search.run.difference(from: line.run)
        ?? (line.tolerance == search.tolerance ? nil : "tolerance \(line.tolerance)")
      if let difference, let folder { throw folder.refusal(difference) }
      self.search.remember(line.radius)
    }
  }

  /// Finds the radii of the examples that have none yet.
  ///
  /// - Parameters:
  ///   - examples: The places of the examples in the data.
  ///   - isStopped: Asked between questions; true ends the run early, with the folder in order.
  ///   - report: Called after each example.
  /// - Returns: The totals, and all results for the examples, earlier ones included.
  public mutating func run(
    on examples: [Int], isStopped: @escaping @Sendable () -> Bool = { false },
    report: (Progress) -> Void = { _ in }
  ) throws(InputError) -> Outcome {
    let wanted = Set(examples)
    var found: [Int: ExampleRadius] = [:]
    for line in log?.lines ?? [] where wanted.contains(line.radius.example) {
      found[line.radius.example] = line.radius
    }
    func progress() {
      report(
        Progress(done: found.count, requested: examples.count, radii: Array(found.values)))
    }
    progress()
    for example in examples where found[example] == nil {
      guard !isStopped() else { break }
      let radius = try search.radius(of: example, isStopped: isStopped)
      // What an interruption cut short is no result; the next run does it.
      guard !isStopped() else { break }
      try log?.append(
        RadiusLine(run: search.run, tolerance: search.tolerance, radius: radius))
      found[example] = radius
      progress()
    }
    let radii = found.values.sorted { $0.example < $1.example }
    let summary = RadiusSummary(
      of: radii, run: search.run, version: Release.version, model: model,
      requested: examples.count)
    if let folder { try writeSummary(summary, to: folder.summaryPath) }
    return Outcome(summary: summary, radii: radii)
  }
}
