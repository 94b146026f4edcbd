import Files
import Foundation
import Records
import Reports

/// The radii of several images, written to a folder as they are found where one is given.
public struct RadiusRun {
  private var search: RadiusSearch
  private let log: RecordLog<RadiusLine>?
  /// The end of the run, for a thread that ends the program in the middle of a step too.
  public let ending: Ending

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
    self.search = search
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
    ending = Ending(
      certifier: search.certifier, folder: folder,
      totals: RunTotals(
        search.certifier.circumstances(folder?.command),
        after: folder.flatMap { try? SummaryNotes(ofFolder: $0.path) }),
      conclude: Self.conclusion(of: search, model: model))
  }

  /// Finds the radii of the examples that have none yet.
  ///
  /// - Parameters:
  ///   - examples: The places of the examples in the data.
  ///   - isStopped: Asked between questions; true ends the run early, with the folder in order.
  ///   - concluding: Called when the examples are done, before the totals and the page are written.
  ///   - report: Called after each example.
  /// - Returns: The totals, and all results for the examples, earlier ones included.
  public mutating func run(
    on examples: [Int], isStopped: @escaping @Sendable () -> Bool = { false },
    concluding: () -> Void = {}, report: (Progress) -> Void = { _ in }
  ) throws(InputError) -> Outcome {
    let wanted = Set(examples)
    var found: Set<Int> = []
    let known = (log?.lines ?? []).map(\.radius).filter {
      wanted.contains($0.example) && found.insert($0.example).inserted
    }
    ending.totals.begin(with: known, wanted: wanted)
    func progress() {
      report(
        Progress(done: found.count, requested: examples.count, radii: ending.totals.lines))
    }
    progress()
    for example in examples where !found.contains(example) {
      guard !isStopped() else { break }
      let radius = try search.radius(of: example, isStopped: isStopped)
      // What an interruption cut short is no result; the next run does it.
      guard !isStopped() else { break }
      // In one step, so that whoever ends the program finds both alike.
      try WritingGate.shared.pass { () throws(InputError) in
        try log?.append(
          RadiusLine(run: search.run, tolerance: search.tolerance, radius: radius))
        ending.totals.add(radius)
      }
      found.insert(example)
      progress()
    }
    concluding()
    return try ending.write()
  }
}

extension RadiusRun {
  /// The totals and the page of a run, which are made of what has been found so far.
  public typealias Ending = RunEnding<ExampleRadius, Outcome>

  private static func conclusion(
    of search: RadiusSearch, model: String
  ) -> @Sendable (RunTotals<ExampleRadius>) -> (Outcome, Ending.Files) {
    { totals in
      let radii = totals.lines.sorted { $0.example < $1.example }
      var summary = RadiusSummary(
        of: radii, run: search.run, version: Release.version, model: model,
        requested: totals.requested)
      summary.classes = search.certifier.classes
      summary.circumstances = totals.circumstances(seconds: summary.seconds)
      summary.circumstances?.effort.timeout = search.timeout?.seconds
      var files = Ending.Files(summary: summary, shown: ShownRadii(radii).all.map(\.example))
      if !radii.isEmpty {
        files.page = { [summary] examples in
          RadiusReport(
            RadiusHistory(
              summary: summary, tolerance: search.tolerance, radii: radii, examples: examples)
          ).page
        }
      }
      return (Outcome(summary: summary, radii: radii), files)
    }
  }
}
